package io.autopilot.mysql.port;

import io.autopilot.mysql.core.GtidSet;
import java.nio.file.Path;

/** A mysqld without network that runs for a moment on a copy of a data directory. */
public interface ScratchServer {
    /**
     * Starts on the directory, reads gtid_executed and stops cleanly.
     *
     * @param dataDirectory a copy that nobody else uses; it stays a sound data directory
     * @throws SnapshotException when the server doesn't start or stop in time
     */
    GtidSet executedOf(Path dataDirectory, Deadline deadline);
}
