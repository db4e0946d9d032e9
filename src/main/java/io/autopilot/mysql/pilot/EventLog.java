package io.autopilot.mysql.pilot;

import java.io.PrintStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One event a line. Safe for several threads. */
public final class EventLog {
    public enum Level {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    private final PrintStream out;
    private final Level least;

    public EventLog(PrintStream out, Level least) {
        this.out = out;
        this.least = least;
    }

    /** Prints {@code hook=supervise event=EVENT key=value ...}; a value with blanks in it is quoted. */
    void say(Level level, String event, @Nullable Object... keysAndValues) {
        if (level.compareTo(least) < 0) {
            return;
        }
        StringBuilder line = new StringBuilder("hook=supervise event=").append(event);
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
