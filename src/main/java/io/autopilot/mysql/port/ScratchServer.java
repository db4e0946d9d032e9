package io.autopilot.mysql.port;

import io.autopilot.mysql.core.GtidSet;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A mysqld without network that runs for a moment on a copy of a data directory. */
public interface ScratchServer {
    /**
     * Starts on the directory, reads gtid_executed and stops cleanly.
     *
     * @param dataDirectory a copy that nobody else uses; it stays a sound data directory
     * @throws SnapshotException when the server doesn't start or stop in time
     */
    GtidSet executedOf(Path dataDirectory, Deadline deadline);

    /**
     * Starts on the directory, has every table checked, asks a question and is killed.
     *
     * @param dataDirectory a copy that nobody else uses, and that is thrown away afterwards
     * @param question a statement of which the first column of the first row is wanted
     * @throws SnapshotException when the server doesn't start, ends on the way, or doesn't come to an end in time
     */
    Findings check(Path dataDirectory, Optional<String> question, Deadline deadline);

    /**
     * What a server says of the data.
     *
     * @param executed its gtid_executed; empty on servers that have none without a binary log
     * @param tables that were checked
     * @param broken what the server said of those that aren't sound
     * @param answer to the question; empty when it gave no row, or none was asked
     */
    record Findings(Optional<GtidSet> executed, int tables, List<String> broken, Optional<String> answer) {
        public Findings {
            broken = List.copyOf(broken);
        }
    }
}
