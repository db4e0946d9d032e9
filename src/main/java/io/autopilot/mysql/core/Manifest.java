package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a snapshot is (design, Snapshots). Written last: a snapshot without one does not exist.
 *
 * @param service the cluster's name
 * @param term of the primary that the data came from, 0 when it wasn't known
 * @param serverVersion of the mysqld that the data belongs to
 * @param binlog the primary's own position; empty when the tool doesn't know it
 */
public record Manifest(
        SnapshotId id,
        String service,
        String clusterUuid,
        long term,
        String node,
        MysqlVersion serverVersion,
        Tool tool,
        GtidRange gtids,
        Optional<BinlogPosition> binlog,
        StoredArchive archive,
        Instant startedAt,
        Instant finishedAt) {
    /** The format that this program writes, and the newest that it reads. */
    public static final int FORMAT = 2;

    /**
     * What made the archive.
     *
     * @param engine name of the engine, which is the one that restores it
     * @param version the tool's own version, in its words
     */
    public record Tool(String engine, String version) {}

    /** The pointer to this snapshot. */
    public SnapshotPointer pointer() {
        return new SnapshotPointer(id, finishedAt, Optional.of(id.manifestName()), Optional.of(clusterUuid));
    }

    public Duration took() {
        return Duration.between(startedAt, finishedAt);
    }
}
