package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When snapshots are due by themselves.
 *
 * @param every the age of the last one at which the next is due
 * @param window the hours of the day that are meant for it; empty: all of them
 */
public record SnapshotSchedule(Duration every, Optional<Window> window) {
    /**
     * The same hours of each day, in UTC; over midnight when it ends before it begins.
     *
     * @param to no longer within
     */
    public record Window(LocalTime from, LocalTime to) {
        private static final Pattern FORM = Pattern.compile("(\\d{2}:\\d{2})\\s*-\\s*(\\d{2}:\\d{2})");

        /** Reads {@code 01:30-05:00}; empty: that is no window. */
        public static Optional<Window> read(String text) {
            Matcher form = FORM.matcher(text.strip());
            if (!form.matches() || form.group(1).equals(form.group(2))) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Window(LocalTime.parse(form.group(1)), LocalTime.parse(form.group(2))));
            } catch (DateTimeParseException e) {
                return Optional.empty();
            }
        }

        boolean contains(Instant now) {
            LocalTime time = now.atZone(ZoneOffset.UTC).toLocalTime();
            boolean begun = !time.isBefore(from);
            boolean over = !time.isBefore(to);
            return from.isBefore(to) ? begun && !over : begun || !over;
        }

        Duration length() {
            Duration length = Duration.between(from, to);
            return length.isNegative() ? length.plusDays(1) : length;
        }

        @Override
        public String toString() {
            return from + "-" + to;
        }
    }

    /**
     * The age at which the last one is too old now. Within the window a little earlier, so that a snapshot which was taken at the window's end doesn't
     * miss the next one; outside of it only when one was missed altogether.
     */
    Duration dueAfter(Instant now) {
        if (window.isEmpty()) {
            return every;
        }
        Duration half = every.dividedBy(2);
        Duration length = window.get().length();
        return window.get().contains(now) ? every.minus(length.compareTo(half) < 0 ? length : half) : every.multipliedBy(2);
    }
}
