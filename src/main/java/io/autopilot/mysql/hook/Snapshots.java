package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.CatchUp;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.SnapshotChoice;
import io.autopilot.mysql.port.Deadline;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What preStart needs of the snapshots of this cluster's name. Every method throws {@link UnusableSnapshotException} when the store or the
 * snapshot can't be used; its message names the object and the cause.
 */
public interface Snapshots {
    /** Writes, reads back and deletes a small object. */
    void checkStore(Deadline deadline);

    /** Consul names a newest snapshot. */
    boolean pointed(Deadline deadline);

    /** The store has at least one. */
    boolean stored(Deadline deadline);

    /**
     * Whether a node can be made of one of that cluster's and follow. What is in an archive is not looked at.
     *
     * @param primary what it would follow
     */
    SnapshotChoice choose(String clusterUuid, CatchUp primary, Deadline deadline);

    /**
     * Restores one, ready for mysqld, without the server_uuid of its donor.
     *
     * @param id a snapshot's id; empty for the newest usable one
     * @param clusterUuid the cluster it must be of; empty for any
     * @param primary what the node will follow; empty when that isn't known
     * @param into an existing, empty directory; emptied again on failure
     */
    Restored restore(Optional<String> id, Optional<String> clusterUuid, Optional<CatchUp> primary, Path into, Deadline deadline);

    /**
     * What was restored.
     *
     * @param clusterUuid the cluster whose data it is
     * @param gtidsToSet what mysqld must be told that it has; empty when the directory itself knows
     */
    record Restored(String id, String clusterUuid, Optional<GtidSet> gtidsToSet) {}

    /** The store or a snapshot can't be used; nothing was changed. */
    final class UnusableSnapshotException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public UnusableSnapshotException(String message, Throwable cause) {
            super(message, cause);
        }

        public UnusableSnapshotException(String message) {
            super(message);
        }
    }
}
