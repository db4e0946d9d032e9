package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotFit;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Disk;
import io.autopilot.mysql.port.SnapshotEngine;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a data directory of a snapshot. Everything that can be refused without reading the archive is refused before anything is written;
 * an archive that turns out altered leaves the directory empty.
 */
public final class SnapshotRestorer {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRestorer.class);
    /** Room beside the files themselves: for the redo logs that a tool or mysqld makes. */
    private static final long SPARE = 64L << 20;

    private static final int SHARE = 20;

    private final Archives archives;
    private final SnapshotCatalogue catalogue;
    private final List<SnapshotEngine> engines;
    private final MysqlVersion server;
    private final Disk disk;

    /**
     * @param server version of the mysqld that will start on what is restored
     */
    public SnapshotRestorer(Archives archives, List<SnapshotEngine> engines, MysqlVersion server, Disk disk) {
        this.archives = archives;
        this.catalogue = new SnapshotCatalogue(archives);
        this.engines = List.copyOf(engines);
        this.server = server;
        this.disk = disk;
    }

    /**
     * Restores one. The directory gets no server_uuid: mysqld makes itself a new one (protocol P5).
     *
     * @param target an existing, empty directory; its owner gets all that is restored
     * @throws StoreException when the store can't be read
     * @throws SnapshotException when an engine's tool fails; the directory is empty
     */
    public RestoreResult restore(SnapshotId id, Path target, Deadline deadline) {
        Optional<SnapshotCatalogue.Entry> found = catalogue.find(id, deadline);
        if (found.isEmpty()) {
            return new RestoreResult.Refused(new Reason(archives.store().place() + " has no snapshot " + id));
        }
        return switch (found.get()) {
            case SnapshotCatalogue.Entry.Damaged damaged -> refused(id, damaged.reason().text());
            case SnapshotCatalogue.Entry.Whole whole -> restore(whole.manifest(), target, deadline);
        };
    }

    private static RestoreResult refused(SnapshotId id, String reason) {
        return new RestoreResult.Refused(new Reason("snapshot " + id + ": " + reason));
    }

    /** Why this snapshot can't become a data directory here, as far as its manifest tells; empty when it can. */
    Optional<Reason> whyNot(Manifest manifest) {
        Optional<Reason> noKey = archives.keys().whyNot(manifest.archive().encryptionKey());
        if (noKey.isPresent()) {
            return noKey;
        }
        if (engine(manifest).isEmpty()) {
            return Optional.of(new Reason("it was made by the engine " + manifest.tool().engine() + ", which is not known here"));
        }
        return SnapshotFit.whyNot(manifest.serverVersion(), server);
    }

    private Optional<SnapshotEngine> engine(Manifest manifest) {
        return engines.stream().filter(e -> e.name().equals(manifest.tool().engine())).findFirst();
    }

    /** Why it can't be restored here whatever its archive holds; empty when it can be tried. */
    Optional<Reason> obstacle(Manifest manifest, Path target) {
        return whyNot(manifest).or(() -> noRoom(manifest, target));
    }

    private RestoreResult restore(Manifest manifest, Path target, Deadline deadline) {
        Optional<Reason> whyNot = obstacle(manifest, target);
        if (whyNot.isPresent()) {
            return refused(manifest.id(), whyNot.get().text());
        }
        if (!disk.names(target).isEmpty()) {
            throw new SnapshotException(target + " is not empty: nothing is restored into it");
        }
        SnapshotEngine engine = engine(manifest).orElseThrow();
        boolean done = false;
        try {
            Optional<Reason> damage = unpack(engine, manifest, target, deadline);
            if (damage.isPresent()) {
                return refused(manifest.id(), damage.get().text());
            }
            engine.prepare(target, deadline);
            disk.delete(target.resolve("auto.cnf"));
            disk.settle(target, target);
            done = true;
            LOG.info("event=snapshot-restored id=\"{}\" engine={} gtids=\"{}\"", manifest.id(), engine.name(), manifest.gtids());
            return new RestoreResult.Done(manifest, gtidsToSet(engine, manifest));
        } finally {
            if (!done) {
                disk.names(target).forEach(name -> disk.delete(target.resolve(name)));
            }
        }
    }

    private Optional<Reason> noRoom(Manifest manifest, Path target) {
        long content = manifest.archive().contentBytes();
        long needed = content + content / SHARE + SPARE;
        long usable = disk.usableBytes(target);
        return usable >= needed
                ? Optional.empty()
                : Optional.of(new Reason("no room at " + target + ": " + needed + " bytes are needed, " + usable + " are free"));
    }

    private static Optional<GtidSet> gtidsToSet(SnapshotEngine engine, Manifest manifest) {
        if (!engine.gtidsMustBeSet()) {
            return Optional.empty();
        }
        return switch (manifest.gtids()) {
            case GtidRange.Exact exact -> Optional.of(exact.set());
            case GtidRange.Between between -> throw new SnapshotException(
                    "snapshot " + manifest.id() + " doesn't say which transactions it holds, nor does its data");
        };
    }

    /** Empty: what was unpacked is what was stored. Else what is wrong with it. */
    private Optional<Reason> unpack(SnapshotEngine engine, Manifest manifest, Path target, Deadline deadline) {
        String name = manifest.archive().name();
        Meter content = Meter.counting();
        try (Archives.Opened opened = archives.open(manifest.archive(), deadline)) {
            try {
                InputStream archive = content.behind(opened.content());
                engine.extract(archive, target, deadline);
                archive.transferTo(OutputStream.nullOutputStream());
            } catch (IOException | SnapshotException e) {
                // Of what stands in the store no byte gets here unchecked: anything else is a failure of this node, or of the way.
                if (opened.parts().damage().isPresent()) {
                    return opened.parts().damage();
                }
                throw e;
            }
        } catch (IOException e) {
            throw new SnapshotException("can't unpack " + name + ": " + e.getMessage(), e);
        }
        return content.bytes() == manifest.archive().contentBytes()
                ? Optional.empty()
                : Optional.of(new Reason(
                        name + " unpacks to " + content.bytes() + " bytes instead of " + manifest.archive().contentBytes()));
    }
}
