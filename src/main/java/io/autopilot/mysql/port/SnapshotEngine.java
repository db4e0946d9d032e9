package io.autopilot.mysql.port;

import io.autopilot.mysql.core.BinlogPosition;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A way to make a snapshot of a running server and to make a data directory of it again. Methods throw {@link SnapshotException} when the
 * engine's own work fails. Not thread-safe.
 */
public interface SnapshotEngine {
    /** The name that manifests remember it by. */
    String name();

    /** End of an archive's name, such as {@code .tar}. */
    String extension();

    /** Why it can't take snapshots of such a server here; empty when it can. */
    Optional<Reason> whyNot(MysqlVersion server, Deadline deadline);

    /** How long an archive would be now, about: for those who watch. */
    long expectedBytes();

    /**
     * Writes the archive as it is made. It counts for nothing unless this returns normally, which is only when the tool says that it
     * is complete.
     *
     * @throws IOException thrown by the stream
     */
    Taken stream(Donor donor, OutputStream archive, Deadline deadline) throws IOException;

    /**
     * Unpacks an archive into a directory that exists and is empty. Nothing is written outside of it, whatever the archive says.
     *
     * @throws IOException thrown by the stream
     * @throws SnapshotException when it is no whole archive
     */
    void extract(InputStream archive, Path target, Deadline deadline) throws IOException;

    /** Makes what was unpacked a directory that mysqld starts on. */
    void prepare(Path target, Deadline deadline);

    /** Whether gtid_purged has to be set by hand after a restore, because the directory doesn't carry it. */
    boolean gtidsMustBeSet();

    /** Removes temporary files of runs that were killed. Only to be called by the holder of the snapshot lock. */
    void removeLeftovers();

    /**
     * The server that a snapshot is taken of.
     *
     * @param executed reads gtid_executed
     */
    record Donor(MysqlVersion version, Supplier<GtidSet> executed) {}

    /**
     * What is known of an archive once it is complete.
     *
     * @param binlog the donor's own position; empty when the tool doesn't tell
     */
    record Taken(GtidRange gtids, Optional<BinlogPosition> binlog, String toolVersion) {}
}
