package io.autopilot.mysql.hook;

import com.github.luben.zstd.ZstdInputStream;
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
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.io.FilterInputStream;
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

    private final SnapshotStore store;
    private final SnapshotCatalogue catalogue;
    private final List<SnapshotEngine> engines;
    private final MysqlVersion server;
    private final Disk disk;

    /**
     * @param server version of the mysqld that will start on what is restored
     */
    public SnapshotRestorer(SnapshotStore store, List<SnapshotEngine> engines, MysqlVersion server, Disk disk) {
        this.store = store;
        this.catalogue = new SnapshotCatalogue(store);
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
            return new RestoreResult.Refused(new Reason(store.place() + " has no snapshot " + id));
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
        if (manifest.encryptionKey().isPresent()) {
            return Optional.of(new Reason("it is encrypted with the key " + manifest.encryptionKey().get()));
        }
        if (engine(manifest).isEmpty()) {
            return Optional.of(new Reason("it was made by the engine " + manifest.tool().engine() + ", which is not known here"));
        }
        return SnapshotFit.whyNot(manifest.serverVersion(), server);
    }

    private Optional<SnapshotEngine> engine(Manifest manifest) {
        return engines.stream().filter(e -> e.name().equals(manifest.tool().engine())).findFirst();
    }

    private RestoreResult restore(Manifest manifest, Path target, Deadline deadline) {
        Optional<Reason> whyNot = whyNot(manifest).or(() -> noRoom(manifest, target));
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
        long content = manifest.object().contentBytes();
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
        String object = manifest.object().name();
        try (InputStream in = store.open(object, 0, deadline)
                .orElseThrow(() -> new StoreException(object + " has gone from " + store.place(), null))) {
            Meter stored = Meter.hashing();
            InputStream read = stored.behind(in);
            Optional<Exception> failure = unpack(engine, manifest, read, target, deadline);
            // To the end in any case: only the hash of all of it tells damage from a failure of this node.
            read.transferTo(OutputStream.nullOutputStream());
            if (stored.bytes() != manifest.object().bytes() || !stored.sha256().equals(manifest.object().sha256())) {
                return Optional.of(new Reason(object + " is damaged: its " + stored.bytes()
                        + " bytes don't have the hash that the manifest says"
                        + failure.map(e -> " (" + e.getMessage() + ")").orElse("")));
            }
            if (failure.isPresent()) {
                throw new SnapshotException("can't unpack " + object + ": " + failure.get().getMessage(), failure.get());
            }
            return Optional.empty();
        } catch (IOException e) {
            throw new StoreException("can't read " + object + " from " + store.place() + ": " + e.getMessage(), e);
        }
    }

    private static Optional<Exception> unpack(
            SnapshotEngine engine, Manifest manifest, InputStream stored, Path target, Deadline deadline) {
        Meter content = Meter.counting();
        try (InputStream archive = content.behind(unpacked(manifest, stored))) {
            engine.extract(archive, target, deadline);
            archive.transferTo(OutputStream.nullOutputStream());
            return content.bytes() == manifest.object().contentBytes()
                    ? Optional.empty()
                    : Optional.of(new SnapshotException("it unpacks to " + content.bytes() + " bytes"));
        } catch (IOException | SnapshotException e) {
            return Optional.of(e);
        }
    }

    private static InputStream unpacked(Manifest manifest, InputStream stored) throws IOException {
        // Its buffer is its own; closing it must not close the stored stream, which has to be hashed to the end.
        InputStream unclosed = new FilterInputStream(stored) {
            @Override
            public void close() {}
        };
        return switch (manifest.compression()) {
            case NONE -> unclosed;
            case ZSTD -> new ZstdInputStream(unclosed);
        };
    }
}
