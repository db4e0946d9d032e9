package io.autopilot.mysql.simulate;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/** Puts somebody between a hook and what it calls. */
public final class Proxies {
    private Proxies() {}

    /** @param how what becomes of a call, by its method's name and arguments */
    public static <T> T of(Class<T> port, InvocationHandler how) {
        return port.cast(Proxy.newProxyInstance(port.getClassLoader(), new Class<?>[] {port}, (proxy, method, arguments) -> {
            Object[] given = arguments == null ? new Object[0] : arguments;
            return method.getDeclaringClass() == Object.class ? method.invoke(how, given) : how.invoke(proxy, method, given);
        }));
    }

    /** The method on the real thing, with its own exceptions. */
    public static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
