package io.autopilot.mysql.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads single values out of an environment and collects what is wrong with them; goes on after a problem. */
final class Values {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,15})\\s*([KMGT])?I?B?");
    private static final Pattern COUNT = Pattern.compile("[1-9]\\d{0,2}");
    private static final int HIGHEST_COUNT = 999;
    private static final Set<String> YES = Set.of("1", "true", "yes", "on");
    private static final Set<String> NO = Set.of("0", "false", "no", "off");

    /** What the JVM puts in place of bytes that it can't read. */
    private static final char REPLACEMENT = '\uFFFD';

    private final Map<String, String> environment;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Setting> unreadable = EnumSet.noneOf(Setting.class);

    Values(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
        for (Setting setting : Setting.values()) {
            String value = this.environment.getOrDefault(setting.name(), "");
            if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0 || value.indexOf('\0') >= 0) {
                unreadable.add(setting);
                problem(setting, "has a line break or NUL in it");
            } else if (value.indexOf(REPLACEMENT) >= 0) {
                unreadable.add(setting);
                problem(setting, "has bytes in it that are no UTF-8");
            }
        }
    }

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    void problem(Setting setting, String text) {
        problems.add(new Problem(setting.name(), text));
    }

    /** The value if there is one: an empty variable is as good as none, and one already complained about counts as none. */
    Optional<String> given(Setting setting) {
        return Optional.ofNullable(environment.get(setting.name()))
                .filter(value -> !value.isEmpty() && !unreadable.contains(setting));
    }

    String text(Setting setting) {
        return given(setting).orElse(setting.fallback());
    }

    Optional<Secret> secret(Setting setting) {
        return given(setting).map(Secret::new);
    }

    boolean yes(Setting setting) {
        String value = text(setting).toLowerCase(Locale.ROOT);
        if (!YES.contains(value) && !NO.contains(value)) {
            problem(setting, "'" + value + "' is neither yes nor no; write 1 or 0");
        }
        return YES.contains(value);
    }

    <E extends Enum<E>> E oneOf(Setting setting, Class<E> type) {
        String value = text(setting).toUpperCase(Locale.ROOT);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(value)) {
                return constant;
            }
        }
        problem(setting, "'" + text(setting) + "' is none of " + List.of(type.getEnumConstants()));
        return type.getEnumConstants()[0];
    }

    /** A number with ms, s, m, h or d; a bare number is seconds, as it always was. */
    Duration duration(Setting setting, Duration least, Duration most) {
        Optional<Duration> read = Durations.read(text(setting));
        if (read.isEmpty()) {
            problem(setting, "'" + text(setting) + "' is no duration; write for example 30s, 10m or 24h");
            return least;
        }
        Duration value = read.get();
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            problem(setting, "'" + text(setting) + "' is not between " + least.toSeconds() + "s and " + most.toSeconds() + "s");
            return least;
        }
        return value;
    }

    /** A whole number of at least 1, if there is one. */
    Optional<Integer> count(Setting setting) {
        return given(setting).flatMap(text -> count(setting, text, HIGHEST_COUNT));
    }

    /** A whole number from 1 to that, or the default. */
    int count(Setting setting, int most) {
        return count(setting, text(setting), most).orElse(1);
    }

    private Optional<Integer> count(Setting setting, String text, int most) {
        if (!COUNT.matcher(text.strip()).matches() || Integer.parseInt(text.strip()) > most) {
            problem(setting, "'" + text + "' is no whole number from 1 to " + most);
            return Optional.empty();
        }
        return Optional.of(Integer.valueOf(text.strip()));
    }

    /** An absolute path. */
    Path path(Setting setting) {
        String text = text(setting);
        try {
            Path path = Path.of(text);
            if (path.isAbsolute()) {
                return path.normalize();
            }
            problem(setting, "'" + text + "' is not an absolute path");
        } catch (InvalidPathException e) {
            problem(setting, "'" + text + "' is no path: " + e.getReason());
        }
        return Path.of("/");
    }

    /**
     * A file of authorities, if one is named.
     *
     * @param url where they are to be trusted; without HTTPS nobody would look at them
     * @param tls whether it has HTTPS
     */
    Optional<Path> authorities(Setting setting, Setting url, boolean tls) {
        Optional<Path> file = given(setting).map(text -> path(setting));
        if (file.isPresent() && !tls) {
            problem(setting, "is of no use without https:// in " + url);
        }
        if (file.filter(path -> !Files.isReadable(path)).isPresent()) {
            problem(setting, "'" + file.get() + "' is no file that can be read");
        }
        return file;
    }

    /** Bytes, with K, M, G or T for powers of 1024; empty when nothing is given and there is no default. */
    Optional<Long> size(Setting setting) {
        return Optional.of(text(setting)).filter(text -> !text.isEmpty()).flatMap(text -> size(setting, text));
    }

    private Optional<Long> size(Setting setting, String text) {
        Matcher form = SIZE.matcher(text.strip().toUpperCase(Locale.ROOT));
        if (!form.matches()) {
            problem(setting, "'" + text + "' is no size; write for example 512M or 2G");
            return Optional.empty();
        }
        int power = form.group(2) == null ? 0 : 1 + "KMGT".indexOf(form.group(2));
        long number = Long.parseLong(form.group(1));
        if (number > Long.MAX_VALUE >> (10 * power)) {
            problem(setting, "'" + text + "' is more than any machine has");
            return Optional.empty();
        }
        return Optional.of(number << (10 * power));
    }
}
