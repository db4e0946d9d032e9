package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.Reason;
import java.util.Optional;

/** What came of restoring a snapshot. */
public sealed interface RestoreResult {
    /**
     * The directory is whole and mysqld can start on it.
     *
     * @param gtidsToSet what mysqld must be told that it has; empty when the directory itself knows
     */
    record Done(Manifest manifest, Optional<GtidSet> gtidsToSet) implements RestoreResult {}

    /** The snapshot can't be used here; the directory is empty. */
    record Refused(Reason reason) implements RestoreResult {}
}
