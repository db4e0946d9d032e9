package io.autopilot.mysql.hook;

import com.github.luben.zstd.ZstdOutputStream;
import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.core.SnapshotName;
import io.autopilot.mysql.core.SnapshotPointer;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Consul.TxnResult;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.SnapshotEngine;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a snapshot: the archive goes into the store as it is made, compressed and hashed on the way; the manifest after it, only when tool,
 * hash and upload all succeeded; the pointer in Consul last. Can be killed at any instruction: what has no manifest does not exist, and
 * the next run removes it.
 */
public final class SnapshotTaker {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotTaker.class);
    private static final Duration CALL = Duration.ofSeconds(5);
    private static final Duration CLEAN_UP = Duration.ofSeconds(30);
    private static final String PACKED = ".zst";
    private static final int LEVEL = 3;
    private static final int RANDOM_BYTES = 4;
    private static final int POINTER_ATTEMPTS = 3;

    private final Node node;
    private final Ports ports;
    private final SnapshotStore store;
    private final List<SnapshotEngine> engines;
    private final RandomGenerator random;

    /**
     * @param engines the first one that can is used
     */
    public SnapshotTaker(Node node, Ports ports, SnapshotStore store, List<SnapshotEngine> engines, RandomGenerator random) {
        this.node = node;
        this.ports = ports;
        this.store = store;
        this.engines = List.copyOf(engines);
        this.random = random;
    }

    /**
     * Takes one.
     *
     * @param lock the snapshot lock, held for the whole run
     * @param mysql this node's server
     * @param term of the primary, 0 when it isn't known
     * @return the pointer, as it stands in Consul now
     * @throws SnapshotException when no engine can or the engine fails; nothing is left in the store
     * @throws StoreException when the store fails; nothing is left there, or the next run removes it
     */
    public SnapshotPointer take(SnapshotLock.Held lock, Mysql mysql, String clusterUuid, long term, Deadline deadline) {
        MysqlVersion version = mysql.read().version();
        SnapshotEngine engine = choose(version, deadline);
        removeLeftovers(deadline);
        Instant startedAt = ports.clock().instant();
        SnapshotId id = SnapshotName.of(node.settings().snapshots().namePattern(), startedAt, randomEnd());
        String object = id + engine.extension() + PACKED;
        LOG.info("event=snapshot-begin id=\"{}\" engine={} store={}", id, engine.name(), store.place());
        Archive archive = upload(engine, new SnapshotEngine.Donor(version, mysql::executed), object, deadline);
        Manifest manifest = new Manifest(
                id,
                node.settings().serviceName(),
                clusterUuid,
                term,
                node.name(),
                version,
                new Manifest.Tool(engine.name(), archive.taken().toolVersion()),
                archive.taken().gtids(),
                archive.taken().binlog(),
                new Manifest.StoredObject(object, archive.bytes(), archive.sha256(), archive.contentBytes()),
                Manifest.Compression.ZSTD,
                Optional.empty(),
                startedAt,
                ports.clock().instant());
        publish(lock, manifest, deadline);
        LOG.info(
                "event=snapshot-done id=\"{}\" engine={} bytes={} content={} took={}ms gtids=\"{}\"",
                id,
                engine.name(),
                archive.bytes(),
                archive.contentBytes(),
                manifest.took().toMillis(),
                manifest.gtids());
        return manifest.pointer();
    }

    private SnapshotEngine choose(MysqlVersion version, Deadline deadline) {
        List<String> reasons = new ArrayList<>();
        for (SnapshotEngine engine : engines) {
            Optional<Reason> whyNot = engine.whyNot(version, deadline);
            if (whyNot.isEmpty()) {
                return engine;
            }
            reasons.add(engine.name() + ": " + whyNot.get());
        }
        throw new SnapshotException("no engine can take a snapshot of MySQL " + version + " here: " + String.join("; ", reasons));
    }

    private String randomEnd() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Of runs that were killed; the lock says that nobody else is taking a snapshot. */
    private void removeLeftovers(Deadline deadline) {
        engines.forEach(SnapshotEngine::removeLeftovers);
        List<String> removed = new ArrayList<>(store.removeUnfinished(deadline));
        List<String> names = store.list(deadline).stream().map(SnapshotStore.Stored::name).toList();
        List<String> described = names.stream()
                .flatMap(name -> SnapshotId.ofManifest(name).stream())
                .map(id -> id + ".")
                .toList();
        for (String name : names) {
            if (isArchive(name) && described.stream().noneMatch(name::startsWith)) {
                store.delete(name, deadline);
                removed.add(name);
            }
        }
        if (!removed.isEmpty()) {
            LOG.info("event=snapshot-leftovers-removed objects=\"{}\"", removed);
        }
    }

    private boolean isArchive(String name) {
        return engines.stream().anyMatch(engine -> name.endsWith(engine.extension() + PACKED));
    }

    private record Archive(SnapshotEngine.Taken taken, long bytes, String sha256, long contentBytes) {}

    private Archive upload(SnapshotEngine engine, SnapshotEngine.Donor donor, String object, Deadline deadline) {
        Meter content = Meter.counting();
        Meter stored = Meter.hashing();
        List<SnapshotEngine.Taken> taken = new ArrayList<>();
        long bytes;
        try {
            bytes = store.put(object, out -> {
                try (OutputStream packed = new ZstdOutputStream(stored.before(out), LEVEL)) {
                    taken.add(engine.stream(donor, content.before(packed), deadline));
                }
            }, deadline);
        } catch (IOException e) {
            throw new StoreException("can't write " + object + " to " + store.place() + ": " + e.getMessage(), e);
        }
        if (bytes != stored.bytes()) {
            throw removing(object, new StoreException(
                    store.place() + " has " + bytes + " bytes of " + object + ", " + stored.bytes() + " were written", null));
        }
        return new Archive(taken.getFirst(), bytes, stored.sha256(), content.bytes());
    }

    private void publish(SnapshotLock.Held lock, Manifest manifest, Deadline deadline) {
        byte[] text = SnapshotRecords.write(manifest).getBytes(StandardCharsets.UTF_8);
        try {
            lock.ensureHeld(deadline);
            store.put(manifest.id().manifestName(), out -> out.write(text), deadline);
        } catch (IOException e) {
            throw removing(manifest.object().name(), new StoreException(
                    "can't write " + manifest.id().manifestName() + " to " + store.place() + ": " + e.getMessage(), e));
        } catch (RuntimeException e) {
            throw removing(manifest.object().name(), e);
        }
        // From here on the snapshot exists and stays: when Consul fails it may have moved the pointer all the same.
        movePointer(lock, manifest.pointer(), deadline);
    }

    private void movePointer(SnapshotLock.Held lock, SnapshotPointer pointer, Deadline deadline) {
        String key = node.settings().keys().lastBackup();
        Consul consul = ports.consul();
        List<String> refused = List.of();
        for (int attempt = 0; attempt < POINTER_ATTEMPTS; attempt++) {
            long index = consul.get(key, deadline.atMost(CALL)).map(KvEntry::modifyIndex).orElse(0L);
            TxnResult result = consul.transact(
                    List.of(lock.stillHeld(), new TxnOp.Cas(key, SnapshotRecords.write(pointer), index)), deadline.atMost(CALL));
            switch (result) {
                case TxnResult.Committed committed -> {
                    return;
                }
                case TxnResult.Refused reasons -> refused = reasons.reasons();
            }
        }
        throw new SnapshotException(
                "the snapshot " + pointer.id() + " is in the store, but Consul refused to point to it: " + String.join("; ", refused));
    }

    private <E extends RuntimeException> E removing(String object, E failure) {
        try {
            store.delete(object, Deadline.after(CLEAN_UP, ports.ticker()));
        } catch (StoreException e) {
            failure.addSuppressed(e);
        }
        return failure;
    }
}
