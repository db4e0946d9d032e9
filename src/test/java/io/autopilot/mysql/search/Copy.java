package io.autopilot.mysql.search;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Copies a world that is at rest, which is plain data then. What can't change is shared: values, records, and whatever belongs neither to the
 * fakes nor to the search.
 */
final class Copy {
    private static final Map<Class<?>, Shape> SHAPES = new ConcurrentHashMap<>();
    private static final Shape SHARED = new Shape(Optional.empty(), List.of());

    private final Map<Object, Object> copies = new IdentityHashMap<>();

    /** How objects of a class are made, without their constructor. */
    private record Shape(Optional<Constructor<?>> maker, List<Field> fields) {}

    /** From now on the one is the copy of the other. */
    Copy with(Object original, Object copy) {
        copies.put(original, copy);
        return this;
    }

    <T> T of(T original) {
        @SuppressWarnings("unchecked")
        T copy = (T) copied(original);
        return copy;
    }

    private Object copied(Object original) {
        Object known = copies.get(original);
        if (known != null) {
            return known;
        }
        return switch (original) {
            case Optional<?> optional -> optional.isEmpty() ? optional : Optional.of(copied(optional.get()));
            case TreeMap<?, ?> map -> filled(new TreeMap<>(), map);
            case LinkedHashMap<?, ?> map -> filled(new LinkedHashMap<>(), map);
            case HashMap<?, ?> map -> filled(new HashMap<>(), map);
            case ArrayList<?> list -> filled(new ArrayList<>(list.size()), list);
            case TreeSet<?> set -> filled(new TreeSet<>(), set);
            case LinkedHashSet<?> set -> filled(new LinkedHashSet<>(), set);
            case HashSet<?> set -> filled(new HashSet<>(), set);
            default -> object(original, SHAPES.computeIfAbsent(original.getClass(), Copy::shape));
        };
    }

    private Object filled(Map<Object, Object> copy, Map<?, ?> original) {
        original.forEach((key, value) -> copy.put(key, copied(value)));
        return copy;
    }

    private Object filled(Collection<Object> copy, Collection<?> original) {
        original.forEach(element -> copy.add(copied(element)));
        return copy;
    }

    private Object object(Object original, Shape shape) {
        if (shape.maker().isEmpty()) {
            return original;
        }
        try {
            Object copy = shape.maker().get().newInstance();
            copies.put(original, copy);
            for (Field field : shape.fields()) {
                @Nullable Object value = field.get(original);
                if (value != null) {
                    field.set(copy, field.getType().isPrimitive() ? value : copied(value));
                }
            }
            return copy;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Shape shape(Class<?> type) {
        String name = type.getName();
        boolean ours = name.startsWith("io.autopilot.mysql.fake.")
                || name.startsWith("io.autopilot.mysql.search.")
                || name.startsWith("io.autopilot.mysql.simulate.");
        if (!ours || type.isRecord() || type.isEnum() || type.isHidden()) {
            return SHARED;
        }
        List<Field> fields = new ArrayList<>();
        for (Class<?> c = type; c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return new Shape(Optional.of(maker(type)), fields);
    }

    /** The one that the JDK's serialization uses. */
    private static Constructor<?> maker(Class<?> type) {
        try {
            Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
            Object instance = factory.getMethod("getReflectionFactory").invoke(null);
            return (Constructor<?>) factory.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                    .invoke(instance, type, Object.class.getDeclaredConstructor());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
