package io.autopilot.mysql.core;

import java.time.Duration;
import java.util.Optional;

/**
 * One mysqld, read once.
 *
 * @param superReadOnly always equal to {@code readOnly} on servers that have no such variable
 * @param offline clients without special rights are kept out
 * @param replication empty when no source is configured
 * @param semiSync empty on servers that can't keep the promise of lossless mode (before 8.0.26)
 * @param uptime since mysqld's start
 * @param clusterUuid the cluster this data belongs to, as kept inside MySQL; empty on a server not yet provisioned
 * @param journalTerm the newest term in the journal table; 0 for none
 */
public record ServerState(
        MysqlVersion version,
        String serverUuid,
        boolean readOnly,
        boolean superReadOnly,
        boolean offline,
        GtidSet executed,
        GtidSet purged,
        Optional<ReplicationState> replication,
        Optional<SemiSync> semiSync,
        Duration uptime,
        Optional<String> clusterUuid,
        long journalTerm) {

    /** Executed and retrieved together. */
    public GtidSet received() {
        return replication.map(r -> executed.union(r.retrieved())).orElse(executed);
    }

    /** True when an ordinary client's or a privileged client's write would be accepted. */
    public boolean writable() {
        return !readOnly || !superReadOnly;
    }

    /**
     * Whether this replica accepts no writes and has nobody who waits for an acknowledgement. A primary becomes a replica only behind a
     * fence that held, and is set up as a primary until then (protocol P5).
     */
    public boolean isFencedReplica() {
        return replication.isPresent() && !writable() && semiSync.filter(SemiSync::sourceOn).isEmpty();
    }
}
