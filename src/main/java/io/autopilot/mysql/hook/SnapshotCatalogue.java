package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.SnapshotStore.Stored;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The snapshots in a store, as their manifests describe them. */
public final class SnapshotCatalogue {
    /** A manifest is a few kilobytes, and its GTID set may be long. */
    private static final int LONGEST_MANIFEST = 16 << 20;

    private final SnapshotStore store;

    public SnapshotCatalogue(SnapshotStore store) {
        this.store = store;
    }

    /** A snapshot that has a manifest. */
    public sealed interface Entry {
        SnapshotId id();

        Instant at();

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
        }

        /** It can't be used. */
        record Damaged(SnapshotId id, Instant at, Reason reason) implements Entry {}
    }

    /** Whether there is any, damaged ones included. */
    public boolean isEmpty(Deadline deadline) {
        return store.list(deadline).stream().allMatch(object -> SnapshotId.ofManifest(object.name()).isEmpty());
    }

    /** All of them, the newest first. */
    public List<Entry> read(Deadline deadline) {
        Map<String, Stored> objects = new HashMap<>();
        store.list(deadline).forEach(object -> objects.put(object.name(), object));
        List<Entry> entries = new ArrayList<>();
        for (Stored object : objects.values()) {
            SnapshotId.ofManifest(object.name()).flatMap(id -> entry(id, object, objects, deadline)).ifPresent(entries::add);
        }
        entries.sort(Comparator.comparing(Entry::at).thenComparing(entry -> entry.id().text()).reversed());
        return List.copyOf(entries);
    }

    /** One of them; empty when the store has no such manifest. */
    public Optional<Entry> find(SnapshotId id, Deadline deadline) {
        Map<String, Stored> objects = new HashMap<>();
        store.list(deadline).forEach(object -> objects.put(object.name(), object));
        return Optional.ofNullable(objects.get(id.manifestName())).flatMap(object -> entry(id, object, objects, deadline));
    }

    /** Empty: deleted since the store was listed. */
    private Optional<Entry> entry(SnapshotId id, Stored described, Map<String, Stored> objects, Deadline deadline) {
        try {
            return text(id, deadline).map(text -> entry(SnapshotRecords.readManifest(id, text), objects));
        } catch (IllegalArgumentException e) {
            return Optional.of(new Entry.Damaged(id, described.modified(), new Reason(String.valueOf(e.getMessage()))));
        }
    }

    private static Entry entry(Manifest manifest, Map<String, Stored> objects) {
        Manifest.StoredObject wanted = manifest.object();
        Stored there = objects.get(wanted.name());
        if (there == null) {
            return damaged(manifest, wanted.name() + " is missing");
        }
        if (there.bytes() != wanted.bytes()) {
            return damaged(manifest, wanted.name() + " has " + there.bytes() + " bytes instead of " + wanted.bytes());
        }
        return new Entry.Whole(manifest);
    }

    private static Entry damaged(Manifest manifest, String reason) {
        return new Entry.Damaged(manifest.id(), manifest.finishedAt(), new Reason(reason));
    }

    private Optional<String> text(SnapshotId id, Deadline deadline) {
        String name = id.manifestName();
        try {
            Optional<InputStream> opened = store.open(name, 0, deadline);
            if (opened.isEmpty()) {
                return Optional.empty();
            }
            try (InputStream in = opened.get()) {
                return Optional.of(new String(in.readNBytes(LONGEST_MANIFEST), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new StoreException("can't read " + name + " from " + store.place() + ": " + e.getMessage(), e);
        }
    }
}
