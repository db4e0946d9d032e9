package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.CatchUp;
import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotChoice;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.hook.SnapshotCatalogue.Entry;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import io.autopilot.mysql.port.Subprocesses.SubprocessException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The snapshots of this cluster's name in the store. */
public final class StoredSnapshots implements Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(StoredSnapshots.class);

    private final Node node;
    private final Consul consul;
    private final SnapshotStore store;
    private final SnapshotCatalogue catalogue;
    private final SnapshotRestorer restorer;

    public StoredSnapshots(Node node, Consul consul, Archives archives, SnapshotRestorer restorer) {
        this.node = node;
        this.consul = consul;
        this.store = archives.store();
        this.catalogue = new SnapshotCatalogue(archives);
        this.restorer = restorer;
    }

    @Override
    public void checkStore(Deadline deadline) {
        using(() -> {
            store.check(deadline);
            return true;
        });
    }

    /** A pointer to a snapshot of another cluster, or of the predecessor, is none: no node could be made of it. */
    @Override
    public boolean pointed(Deadline deadline) {
        String key = node.settings().keys().lastBackup();
        Optional<String> cluster = consul.get(node.initializedKey(), deadline).map(KvEntry::value);
        return using(() -> consul.get(key, deadline)
                .map(entry -> SnapshotRecords.readPointer(key, entry.value()))
                .filter(pointer -> cluster.filter(pointer::isOf).isPresent())
                .isPresent());
    }

    @Override
    public boolean stored(Deadline deadline) {
        return using(() -> !catalogue.isEmpty(deadline));
    }

    @Override
    public SnapshotChoice choose(String clusterUuid, CatchUp primary, Deadline deadline) {
        return using(() -> choose(catalogue.read(deadline), clusterUuid, primary));
    }

    private SnapshotChoice choose(List<Entry> entries, String clusterUuid, CatchUp primary) {
        List<String> passedOver = new ArrayList<>();
        boolean outdated = false;
        for (Entry entry : entries) {
            Optional<Reason> whyNot = whyNot(entry, Optional.of(clusterUuid), Optional.of(primary));
            outdated |= whyNot(entry, Optional.of(clusterUuid), Optional.empty()).isEmpty();
            if (whyNot.isEmpty() && entry instanceof Entry.Whole(Manifest manifest)) {
                return new SnapshotChoice.Fits(entry.id().text(), primary.missingFrom(manifest.gtids()), manifest.finishedAt(), manifest.took());
            }
            passedOver.add(entry.id() + " (" + whyNot.get() + ")");
        }
        return new SnapshotChoice.None(noneUsable(Optional.of(clusterUuid), passedOver), outdated);
    }

    /**
     * {@inheritDoc}
     *
     * <p>A node that joins a cluster may be made of any of its snapshots, replication gives it the rest: an unusable one is passed over
     * with a warning. A new cluster is never silently old: there the newest must be usable.
     */
    @Override
    public Restored restore(
            Optional<String> id, Optional<String> clusterUuid, Optional<CatchUp> primary, Path into, Deadline deadline) {
        return using(() -> id.isPresent()
                ? one(new SnapshotId(id.get()), clusterUuid, into, deadline)
                : newest(clusterUuid, primary, into, deadline));
    }

    private Restored one(SnapshotId id, Optional<String> clusterUuid, Path into, Deadline deadline) {
        Optional<Reason> whyNot = catalogue.find(id, deadline).flatMap(entry -> switch (entry) {
            case Entry.Whole whole -> foreign(whole.manifest(), clusterUuid);
            case Entry.Damaged damaged -> Optional.of(damaged.reason());
        });
        if (whyNot.isPresent()) {
            throw new UnusableSnapshotException("snapshot " + id + ": " + whyNot.get());
        }
        return restored(restorer.restore(id, into, deadline));
    }

    private Restored newest(Optional<String> clusterUuid, Optional<CatchUp> primary, Path into, Deadline deadline) {
        List<String> passedOver = new ArrayList<>();
        for (Entry entry : catalogue.read(deadline)) {
            Optional<Reason> whyNot = whyNot(entry, clusterUuid, primary);
            if (whyNot.isEmpty()) {
                RestoreResult result = restorer.restore(entry.id(), into, deadline);
                switch (result) {
                    case RestoreResult.Done done -> {
                        return restored(done);
                    }
                    case RestoreResult.Refused refused -> whyNot = Optional.of(refused.reason());
                }
            }
            if (clusterUuid.isEmpty()) {
                throw new UnusableSnapshotException("the newest snapshot " + entry.id() + " can't be used: " + whyNot.get()
                        + "; name another one to restore that");
            }
            LOG.warn("event=snapshot-passed-over id=\"{}\" reason=\"{}\"", entry.id(), whyNot.get());
            passedOver.add(entry.id() + " (" + whyNot.get() + ")");
        }
        throw new UnusableSnapshotException(noneUsable(clusterUuid, passedOver).text());
    }

    private Reason noneUsable(Optional<String> clusterUuid, List<String> passedOver) {
        return new Reason(store.place() + " has no usable snapshot"
                + clusterUuid.map(uuid -> " of the cluster " + uuid).orElse("")
                + (passedOver.isEmpty() ? "" : ": " + String.join(", ", passedOver)));
    }

    private Optional<Reason> whyNot(Entry entry, Optional<String> clusterUuid, Optional<CatchUp> primary) {
        return switch (entry) {
            case Entry.Damaged damaged -> Optional.of(damaged.reason());
            case Entry.Whole whole -> foreign(whole.manifest(), clusterUuid)
                    .or(() -> restorer.whyNot(whole.manifest()))
                    .or(() -> primary.flatMap(p -> p.whyNot(whole.manifest().gtids())));
        };
    }

    private static Optional<Reason> foreign(Manifest manifest, Optional<String> clusterUuid) {
        return clusterUuid
                .filter(uuid -> !uuid.equals(manifest.clusterUuid()))
                .map(uuid -> new Reason("it is of the cluster " + manifest.clusterUuid()));
    }

    private static Restored restored(RestoreResult result) {
        return switch (result) {
            case RestoreResult.Refused refused -> throw new UnusableSnapshotException(refused.reason().text());
            case RestoreResult.Done done -> new Restored(
                    done.manifest().id().text(), done.manifest().clusterUuid(), done.gtidsToSet());
        };
    }

    /** All that can go wrong on the way is the same to preStart: the message says what it was. */
    private static <T> T using(Supplier<T> work) {
        try {
            return work.get();
        } catch (StoreException | SnapshotException | SubprocessException | UncheckedIOException | IllegalArgumentException e) {
            throw new UnusableSnapshotException(String.valueOf(e.getMessage()), e);
        }
    }
}
