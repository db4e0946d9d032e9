package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.core.SnapshotName;
import io.autopilot.mysql.core.SnapshotPointer;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.core.StoredArchive;
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
    private static final Duration TELL = Duration.ofSeconds(10);
    private static final int RANDOM_BYTES = 4;
    private static final int POINTER_ATTEMPTS = 3;

    private final Node node;
    private final Ports ports;
    private final SnapshotStore store;
    private final Archives archives;
    private final List<SnapshotEngine> engines;
    private final RandomGenerator random;

    /**
     * @param engines the first one that can is used
     */
    public SnapshotTaker(Node node, Ports ports, Archives archives, List<SnapshotEngine> engines, RandomGenerator random) {
        this.node = node;
        this.ports = ports;
        this.store = archives.store();
        this.archives = archives;
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
        String name = archives.nameOf(id + engine.extension());
        LOG.info("event=snapshot-begin id=\"{}\" engine={} store={}", id, engine.name(), store.place());
        Streamed streamed = stream(engine, new SnapshotEngine.Donor(version, mysql::executed), name, deadline);
        Manifest manifest = new Manifest(
                id,
                node.settings().serviceName(),
                clusterUuid,
                term,
                node.name(),
                version,
                new Manifest.Tool(engine.name(), streamed.taken().toolVersion()),
                streamed.taken().gtids(),
                streamed.taken().binlog(),
                streamed.archive(),
                startedAt,
                ports.clock().instant());
        publish(lock, manifest, deadline);
        LOG.info(
                "event=snapshot-done id=\"{}\" engine={} bytes={} content={} took={}ms gtids=\"{}\"",
                id,
                engine.name(),
                manifest.archive().bytes(),
                manifest.archive().contentBytes(),
                manifest.took().toMillis(),
                manifest.gtids());
        prune(clusterUuid, deadline);
        return manifest.pointer();
    }

    /** What is too much in the store does no harm: the snapshot is taken all the same. */
    private void prune(String clusterUuid, Deadline deadline) {
        Pruning pruning = new Pruning(archives, node.settings().snapshots().retention());
        try {
            pruning.remove(pruning.due(clusterUuid, ports.clock().instant(), deadline), deadline);
        } catch (StoreException e) {
            LOG.warn("event=snapshots-not-pruned reason=\"{}\"", e.getMessage());
        }
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
        List<String> described = store.list(deadline).stream()
                .flatMap(object -> SnapshotId.ofManifest(object.name()).stream())
                .map(id -> id + ".")
                .toList();
        for (String place : store.places(deadline)) {
            if (isArchive(place) && described.stream().noneMatch(place::startsWith)) {
                store.within(place).deleteAll(deadline);
                removed.add(place);
            }
        }
        if (!removed.isEmpty()) {
            LOG.info("event=snapshot-leftovers-removed objects=\"{}\"", removed);
        }
    }

    private boolean isArchive(String place) {
        return engines.stream().anyMatch(engine -> Archives.contentOf(place).endsWith(engine.extension()));
    }

    private record Streamed(SnapshotEngine.Taken taken, StoredArchive archive) {}

    private Streamed stream(SnapshotEngine engine, SnapshotEngine.Donor donor, String name, Deadline deadline) {
        List<SnapshotEngine.Taken> taken = new ArrayList<>();
        try {
            StoredArchive archive =
                    archives.put(name, progress(engine), out -> taken.add(engine.stream(donor, out, deadline)), deadline);
            return new Streamed(taken.getFirst(), archive);
        } catch (IOException e) {
            throw new StoreException("can't write " + name + " to " + store.place() + ": " + e.getMessage(), e);
        }
    }

    private Progress progress(SnapshotEngine engine) {
        return new Progress(engine.expectedBytes(), ports.ticker(), TELL, report -> LOG.info("event=snapshot-progress at=\"{}\"", report));
    }

    private void publish(SnapshotLock.Held lock, Manifest manifest, Deadline deadline) {
        byte[] text = SnapshotRecords.write(manifest, archives.keys()).getBytes(StandardCharsets.UTF_8);
        boolean done = false;
        try {
            lock.ensureHeld(deadline);
            store.put(manifest.id().manifestName(), text, deadline);
            done = true;
        } finally {
            if (!done) {
                archives.delete(manifest.archive().name(), Deadline.after(CLEAN_UP, ports.ticker()));
            }
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
}
