package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.SnapshotId;
import java.util.Optional;
import java.util.function.Function;

/** Which snapshot an operator means. */
final class SnapshotArgument {
    static final String LATEST = "latest";

    private SnapshotArgument() {}

    /**
     * Reads it.
     *
     * @param wrong makes the exception for a text that names no snapshot
     * @return empty for the newest
     */
    static Optional<SnapshotId> read(String text, Function<String, RuntimeException> wrong) {
        if (text.equalsIgnoreCase(LATEST)) {
            return Optional.empty();
        }
        try {
            return Optional.of(new SnapshotId(text));
        } catch (IllegalArgumentException e) {
            throw wrong.apply(e.getMessage() + "; manage snapshots lists what there is");
        }
    }
}
