package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Cloning;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Disk;
import io.autopilot.mysql.port.ScratchServer;
import io.autopilot.mysql.port.SnapshotEngine;
import io.autopilot.mysql.port.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots by CLONE LOCAL, of stock MySQL from 8.0.17 on: the server copies its data into a directory beside its own, which goes out as a tar
 * and is removed.
 *
 * <p>The copy itself is exact: a mysqld that starts on it has executed just the rows that it holds. The set in the manifest serves to choose
 * among snapshots, so bounds are good enough where memory is too small for a second server.
 */
public final class CloneEngine implements SnapshotEngine {
    private static final Logger LOG = LoggerFactory.getLogger(CloneEngine.class);
    private static final String TEMPORARY = "snapshot.tmp.";
    private static final long SPARE = 64L << 20;
    private static final int SHARE = 20;
    /** At the top of a data directory, but not part of its content: identity and temporary tables. */
    private static final Set<String> LEFT_OUT = Set.of("auto.cnf", "#innodb_temp");

    private static final Pattern LOG_FILE = Pattern.compile("(binlog|relay)\\.\\d{6,}");

    private final Path volume;
    private final Path dataDirectory;
    private final Disk disk;
    private final Cloning cloning;
    private final Optional<ScratchServer> scratch;

    /**
     * @param volume mysqld may make directories there; on one file system with the data
     * @param dataDirectory the server's own
     * @param scratch empty: no room for a second server, the manifest then gives bounds
     */
    public CloneEngine(Path volume, Path dataDirectory, Disk disk, Cloning cloning, Optional<ScratchServer> scratch) {
        this.volume = volume;
        this.dataDirectory = dataDirectory;
        this.disk = disk;
        this.cloning = cloning;
        this.scratch = scratch;
    }

    @Override
    public String name() {
        return "clone";
    }

    @Override
    public String extension() {
        return ".tar";
    }

    @Override
    public Optional<Reason> whyNot(MysqlVersion server, Deadline deadline) {
        return server.isAtLeast(8, 0, 17)
                ? Optional.empty()
                : Optional.of(new Reason("CLONE came with MySQL 8.0.17"));
    }

    @Override
    public Taken stream(Donor donor, OutputStream archive, Deadline deadline) throws IOException {
        checkRoom();
        Path copy = volume.resolve(TEMPORARY + UUID.randomUUID());
        try {
            GtidSet before = donor.executed().get();
            cloning.cloneLocal(copy, deadline);
            GtidSet after = donor.executed().get();
            GtidRange gtids = before.equals(after) ? new GtidRange.Exact(after) : read(copy, before, after, deadline);
            TarArchive.write(copy, CloneEngine::isContent, archive, deadline);
            return new Taken(gtids, Optional.empty(), donor.version().text());
        } finally {
            disk.delete(copy);
        }
    }

    @Override
    public long expectedBytes() {
        return disk.bytesBelow(dataDirectory, CloneEngine::isData);
    }

    /** Of what lies in a data directory, and no log that is left out of a snapshot. */
    static boolean isData(String name) {
        return !LOG_FILE.matcher(name).matches();
    }

    private void checkRoom() {
        long content = expectedBytes();
        long needed = content + content / SHARE + SPARE;
        long usable = disk.usableBytes(volume);
        if (usable < needed) {
            throw new SnapshotException(
                    "no room for a copy of the data at " + volume + ": " + needed + " bytes are needed, " + usable + " are free");
        }
    }

    private GtidRange read(Path copy, GtidSet before, GtidSet after, Deadline deadline) {
        if (scratch.isEmpty()) {
            LOG.info("event=snapshot-gtids-bounded reason=\"written to meanwhile, and no memory for a server on the copy\"");
            return new GtidRange.Between(before, after);
        }
        GtidSet exact = scratch.get().executedOf(copy, deadline);
        if (!exact.contains(before) || !after.contains(exact)) {
            throw new SnapshotException("the copy says it has " + exact + ", which is not between " + before + " and " + after);
        }
        return new GtidRange.Exact(exact);
    }

    /** By names at the top only: a database may have tables of any name. Keys are each server's own. */
    private static boolean isContent(String name) {
        return !LEFT_OUT.contains(name) && !name.endsWith(".pem") && !MysqldScratch.isOwn(name);
    }

    @Override
    public void extract(InputStream archive, Path target, Deadline deadline) throws IOException {
        TarArchive.extract(archive, target, deadline);
    }

    @Override
    public void prepare(Path target, Deadline deadline) {
        if (!disk.names(target).contains("mysql.ibd")) {
            throw new SnapshotException("what was unpacked is no data directory: it has no mysql.ibd");
        }
    }

    @Override
    public boolean gtidsMustBeSet() {
        return false;
    }

    @Override
    public void removeLeftovers() {
        for (String name : disk.names(volume)) {
            if (name.startsWith(TEMPORARY)) {
                LOG.info("event=snapshot-leftover-removed path={}", volume.resolve(name));
                disk.delete(volume.resolve(name));
            }
        }
    }
}
