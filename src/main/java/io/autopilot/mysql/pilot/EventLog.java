package io.autopilot.mysql.pilot;

import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One event a line. Safe for several threads. */
public final class EventLog {
    public enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /** As the hooks' own lines begin. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final PrintStream out;
    private final Level least;
    private final Clock clock;

    public EventLog(PrintStream out, Level least, Clock clock) {
        this.out = out;
        this.least = least;
        this.clock = clock;
    }

    /** Prints time, level and {@code hook=supervise event=EVENT key=value ...}; a value with blanks in it is quoted. */
    void say(Level level, String event, @Nullable Object... keysAndValues) {
        if (level.compareTo(least) < 0) {
            return;
        }
        StringBuilder line = new StringBuilder(TIME.format(clock.instant()));
        line.append(String.format(" %-5s hook=supervise event=%s", level, event));
        for (int i = 0; i + 1 < keysAndValues.length; i += 2) {
            Object given = keysAndValues[i + 1];
            String value = given instanceof Duration time ? time.toMillis() / 1000.0 + "s" : String.valueOf(given);
            boolean plain = !value.isEmpty() && value.chars().noneMatch(c -> c <= ' ' || c == '"' || c == '=');
            line.append(' ').append(keysAndValues[i]).append('=');
            line.append(plain ? value : '"' + value.replaceAll("\\s+", " ").replace('"', '\'') + '"');
        }
        // One call a line, so that lines of several threads don't mix.
        out.println(line);
    }
}
