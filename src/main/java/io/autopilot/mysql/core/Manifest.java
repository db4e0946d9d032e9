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
 * @param encryptionKey id of the key; empty: not encrypted
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
        StoredObject object,
        Compression compression,
        Optional<String> encryptionKey,
        Instant startedAt,
        Instant finishedAt) {
    /** The format that this program writes, and the newest that it reads. */
    public static final int FORMAT = 1;

    /**
     * What made the archive.
     *
     * @param engine name of the engine, which is the one that restores it
     * @param version the tool's own version, in its words
     */
    public record Tool(String engine, String version) {}

    /**
     * The archive in the store.
     *
     * @param bytes its size as stored
     * @param sha256 of all that is stored, in small hexadecimal digits
     * @param contentBytes the archive's size before compression; the files in it take about that much room
     */
    public record StoredObject(String name, long bytes, String sha256, long contentBytes) {}

    /** How the archive is packed. */
    public enum Compression {
        NONE,
        ZSTD
    }

    /** The pointer to this snapshot. */
    public SnapshotPointer pointer() {
        return new SnapshotPointer(id, finishedAt, Optional.of(id.manifestName()), Optional.of(clusterUuid));
    }

    public Duration took() {
        return Duration.between(startedAt, finishedAt);
    }
}
