package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.SnapshotStore.Stored;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The snapshots in a store, as their manifests describe them. */
public final class SnapshotCatalogue {
    /** A manifest is a few kilobytes; its GTID set may be long, and its parts many. */
    private static final int LONGEST_MANIFEST = 64 << 20;

    private final SnapshotStore store;
    private final Archives archives;

    public SnapshotCatalogue(Archives archives) {
        this.store = archives.store();
        this.archives = archives;
    }

    /** A snapshot that has a manifest. */
    public sealed interface Entry {
        SnapshotId id();

        Instant at();

        /** Empty: it is so damaged that nobody knows. */
        Optional<String> clusterUuid();

        default boolean isOf(String cluster) {
            return clusterUuid().filter(cluster::equals).isPresent();
        }

        /** Its manifest is sound and its archive is there with the right size; what is in the archive was not looked at. */
        record Whole(Manifest manifest) implements Entry {
            @Override
            public SnapshotId id() {
                return manifest.id();
            }

            @Override
            public Instant at() {
                return manifest.finishedAt();
            }

            @Override
            public Optional<String> clusterUuid() {
                return Optional.of(manifest.clusterUuid());
            }
        }

        /** It can't be used. */
        record Damaged(SnapshotId id, Instant at, Optional<String> clusterUuid, Reason reason) implements Entry {}
    }

    /** Whether there is any, damaged ones included. */
    public boolean isEmpty(Deadline deadline) {
        return store.list(deadline).stream().allMatch(object -> SnapshotId.ofManifest(object.name()).isEmpty());
    }

    /** All of them, the newest first. */
    public List<Entry> read(Deadline deadline) {
        List<Entry> entries = new ArrayList<>();
        for (Stored object : store.list(deadline)) {
            SnapshotId.ofManifest(object.name()).flatMap(id -> entry(id, object.modified(), deadline)).ifPresent(entries::add);
        }
        entries.sort(Comparator.comparing(Entry::at).thenComparing(entry -> entry.id().text()).reversed());
        return List.copyOf(entries);
    }

    /** One of them; empty when the store has no such manifest. */
    public Optional<Entry> find(SnapshotId id, Deadline deadline) {
        return entry(id, Instant.EPOCH, deadline);
    }

    /**
     * Empty: there is none, or it was deleted since the store was listed.
     *
     * @param modified stands in for the time of one that can't be read
     */
    private Optional<Entry> entry(SnapshotId id, Instant modified, Deadline deadline) {
        try {
            return store.get(id.manifestName(), LONGEST_MANIFEST, deadline)
                    .map(text -> SnapshotRecords.readManifest(id, new String(text, StandardCharsets.UTF_8), archives.keys()))
                    .map(manifest -> archives.damage(manifest.archive(), deadline)
                            .<Entry>map(reason -> new Entry.Damaged(id, manifest.finishedAt(), Optional.of(manifest.clusterUuid()), reason))
                            .orElseGet(() -> new Entry.Whole(manifest)));
        } catch (IllegalArgumentException e) {
            return Optional.of(new Entry.Damaged(id, modified, Optional.empty(), new Reason(String.valueOf(e.getMessage()))));
        }
    }
}
