package io.autopilot.mysql.core;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A snapshot's unique name. Everything the store holds of a snapshot begins with it.
 *
 * @param text fit to be a file's name in any store: no '/', no control character, not hidden, at most 180 bytes
 */
public record SnapshotId(String text) {
    private static final String MANIFEST = ".manifest.json";
    private static final int LONGEST = 180;

    /** Throws IllegalArgumentException when the text would not be a plain file name. */
    public SnapshotId {
        if (text.isEmpty()
                || text.startsWith(".")
                || text.chars().anyMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c))
                || text.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new IllegalArgumentException("'" + text + "' can't be a snapshot's name");
        }
    }

    /** Name of the object that describes the snapshot; it is written last. */
    public String manifestName() {
        return text + MANIFEST;
    }

    /** The snapshot that a manifest of this name describes; empty when it is no manifest's name. */
    public static Optional<SnapshotId> ofManifest(String objectName) {
        if (!objectName.endsWith(MANIFEST) || objectName.length() == MANIFEST.length() || objectName.startsWith(".")) {
            return Optional.empty();
        }
        return Optional.of(new SnapshotId(objectName.substring(0, objectName.length() - MANIFEST.length())));
    }

    @Override
    public String toString() {
        return text;
    }
}
