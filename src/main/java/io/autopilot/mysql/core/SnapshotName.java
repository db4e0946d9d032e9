package io.autopilot.mysql.core;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Makes names from BACKUP_NAME, a pattern of strftime(3) as the predecessor read it, in UTC. A random end is always added: a constant
 * pattern would otherwise overwrite the last good snapshot.
 */
public final class SnapshotName {
    private SnapshotName() {}

    /**
     * A new name.
     *
     * @param pattern directives that aren't known stay as they are
     * @param random a few letters or digits that no other snapshot has
     * @throws IllegalArgumentException when the result can't be a file's name
     */
    public static SnapshotId of(String pattern, Instant now, String random) {
        ZonedDateTime time = now.atZone(ZoneOffset.UTC);
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '%' && i + 1 < pattern.length()) {
                i++;
                name.append(directive(pattern.charAt(i), time));
            } else {
                name.append(c);
            }
        }
        // %D brings slashes with it.
        return new SnapshotId(name.toString().replace('/', '-') + "-" + random);
    }

    private static String directive(char directive, ZonedDateTime time) {
        return switch (directive) {
            case 'Y' -> format(time, "uuuu");
            case 'y' -> format(time, "uu");
            case 'm' -> format(time, "MM");
            case 'd' -> format(time, "dd");
            case 'e' -> format(time, "ppd");
            case 'H' -> format(time, "HH");
            case 'I' -> format(time, "hh");
            case 'M' -> format(time, "mm");
            case 'S' -> format(time, "ss");
            case 'p' -> format(time, "a");
            case 'j' -> format(time, "DDD");
            case 'a' -> format(time, "EEE");
            case 'A' -> format(time, "EEEE");
            case 'b', 'h' -> format(time, "MMM");
            case 'B' -> format(time, "MMMM");
            case 'F' -> format(time, "uuuu-MM-dd");
            case 'T' -> format(time, "HH:mm:ss");
            case 'R' -> format(time, "HH:mm");
            case 'D' -> format(time, "MM/dd/uu");
            case 'f' -> format(time, "SSSSSS");
            case 's' -> Long.toString(time.toEpochSecond());
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'Z' -> "UTC";
            case 'z' -> "+0000";
            case '%' -> "%";
            default -> "%" + directive;
        };
    }

    private static String format(ZonedDateTime time, String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(time);
    }
}
