package io.autopilot.mysql.core;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A stream as it is stored: compressed, cut into parts, each part encrypted and an object of its own in a place of this archive's name.
 *
 * @param contentBytes length of the stream
 * @param encryptionKey id of the key; empty: not encrypted
 */
public record StoredArchive(
        String name, List<Part> parts, long contentBytes, Compression compression, Optional<String> encryptionKey) {
    /**
     * One object.
     *
     * @param bytes its size as stored
     * @param sha256 of it as stored, in small hexadecimal digits
     */
    public record Part(long bytes, String sha256) {}

    /** How the stream is packed. */
    public enum Compression {
        NONE,
        ZSTD
    }

    public StoredArchive {
        parts = List.copyOf(parts);
    }

    /** The size of all that is stored. */
    public long bytes() {
        return parts.stream().mapToLong(Part::bytes).sum();
    }

    /** Name of a part's object within the place. */
    public static String objectName(int index) {
        return String.format(Locale.ROOT, "%05d", index + 1);
    }

    /** A part's name, for people. */
    public static String partName(String archive, int index) {
        return archive + "/" + objectName(index);
    }

    /** What a part is sealed for: no other part can stand in for it, and none after the last can be missing. */
    public static String context(String archive, int index, boolean last) {
        return partName(archive, index) + (last ? " last" : "");
    }
}
