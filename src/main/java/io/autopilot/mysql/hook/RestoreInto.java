package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.hook.SnapshotCatalogue.Entry;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Disk;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.StoreException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * An operator's restore into a directory of their own. Never silently old: without a name the newest snapshot is taken, or refused with the
 * reason.
 */
public final class RestoreInto {
    private final Archives archives;
    private final SnapshotRestorer restorer;
    private final Disk disk;
    private final MysqlVersion server;

    /** @param server version of the server here, which prepares what is restored */
    public RestoreInto(Archives archives, SnapshotRestorer restorer, Disk disk, MysqlVersion server) {
        this.archives = archives;
        this.restorer = restorer;
        this.disk = disk;
        this.server = server;
    }

    /**
     * Restores.
     *
     * @param wanted empty: the newest
     * @param dryRun only says what it would do
     */
    public Outcome run(Optional<SnapshotId> wanted, Path into, boolean dryRun, Deadline deadline) {
        try {
            Optional<Reason> unusable = unusable(into);
            if (unusable.isPresent()) {
                return Outcome.refused("NoDirectory", unusable.get());
            }
            Optional<Entry> entry = find(wanted, deadline);
            if (entry.isEmpty()) {
                return Outcome.refused("NoSnapshot", new Reason(archives.store().place() + " has no snapshot"
                        + wanted.map(id -> " " + id + "; manage snapshots lists what there is").orElse("")));
            }
            return restore(entry.get(), into, dryRun, deadline);
        } catch (StoreException | SnapshotException | UncheckedIOException e) {
            return Outcome.notHealthy("Failed", new Reason(String.valueOf(e.getMessage())));
        }
    }

    private Optional<Reason> unusable(Path into) {
        if (!Files.isDirectory(into)) {
            return Optional.of(new Reason(into + " is no directory; make it first, for the user that is to own the files"));
        }
        List<String> there = disk.names(into);
        return there.isEmpty()
                ? Optional.empty()
                : Optional.of(new Reason(into + " is not empty (" + there.getFirst() + "): nothing is restored into it"));
    }

    private Optional<Entry> find(Optional<SnapshotId> wanted, Deadline deadline) {
        SnapshotCatalogue catalogue = new SnapshotCatalogue(archives);
        return wanted.isPresent() ? catalogue.find(wanted.get(), deadline) : catalogue.read(deadline).stream().findFirst();
    }

    private Outcome restore(Entry entry, Path into, boolean dryRun, Deadline deadline) {
        Optional<Reason> obstacle = switch (entry) {
            case Entry.Damaged damaged -> Optional.of(damaged.reason());
            case Entry.Whole whole -> restorer.obstacle(whole.manifest(), into);
        };
        if (obstacle.isPresent()) {
            return Outcome.refused("CannotRestore", new Reason("snapshot " + entry.id() + ": " + obstacle.get()));
        }
        if (dryRun && entry instanceof Entry.Whole(Manifest manifest)) {
            return Outcome.done("WouldRestore", new Reason("would restore snapshot " + described(manifest) + " into " + into));
        }
        return switch (restorer.restore(entry.id(), into, deadline)) {
            case RestoreResult.Refused refused -> Outcome.refused("CannotRestore", refused.reason());
            case RestoreResult.Done done -> Outcome.done("Restored", new Reason("restored snapshot " + described(done.manifest()) + " into " + into
                    + ": start MySQL " + server + " on it"
                    + done.gtidsToSet().map(set -> ", and before it replicates run SET GLOBAL gtid_purged = '" + set + "'").orElse("")));
        };
    }

    private static String described(Manifest manifest) {
        return manifest.id() + " of " + manifest.finishedAt() + ", MySQL " + manifest.serverVersion() + ", "
                + manifest.archive().contentBytes() + " bytes, GTIDs " + manifest.gtids();
    }
}
