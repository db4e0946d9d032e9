package io.autopilot.mysql.core;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server's version, as far as behaviour depends on it. */
public record MysqlVersion(int major, int minor, int patch, String text) implements Comparable<MysqlVersion> {
    private static final Pattern FORM = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+).*", Pattern.DOTALL);

    /**
     * Reads what {@code SELECT VERSION()} gives, such as {@code 8.0.33-25} or {@code 9.7.4}.
     *
     * @throws IllegalArgumentException when the text does not start with three numbers
     */
    public static MysqlVersion parse(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("not a MySQL version: '" + text + "'");
        }
        return new MysqlVersion(
                Integer.parseInt(form.group(1)),
                Integer.parseInt(form.group(2)),
                Integer.parseInt(form.group(3)),
                text.strip());
    }

    public boolean isAtLeast(int wantedMajor, int wantedMinor, int wantedPatch) {
        return compareTo(new MysqlVersion(wantedMajor, wantedMinor, wantedPatch, "")) >= 0;
    }

    /** Whether its semi-synchronous replication has all that lossless mode needs, under the names that stayed. */
    public boolean canBeLossless() {
        return isAtLeast(8, 0, 26);
    }

    @Override
    public int compareTo(MysqlVersion other) {
        int byMajor = Integer.compare(major, other.major);
        int byMinor = Integer.compare(minor, other.minor);
        return byMajor != 0 ? byMajor : byMinor != 0 ? byMinor : Integer.compare(patch, other.patch);
    }

    @Override
    public String toString() {
        return text;
    }
}
