package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Bootstrap;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.SessionSpec;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.DataVolume;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.DataMark;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a new cluster: one node at a time, by the bootstrap lock. The lock only saves work; who founded the cluster is decided by the
 * compare-and-set of {@code initialized} (G5), and what lost it is wiped.
 */
final class Founding {
    private static final Logger LOG = LoggerFactory.getLogger(Founding.class);
    private static final Duration CALL = Duration.ofSeconds(5);
    private static final Duration INITIALISE = Duration.ofMinutes(2);

    private final Node node;
    private final Ports ports;
    private final DataVolume volume;
    private final Snapshots snapshots;
    private final Supplier<String> newUuid;
    private final ClusterKeys keys;

    Founding(Node node, Ports ports, DataVolume volume, Snapshots snapshots, Supplier<String> newUuid) {
        this.node = node;
        this.ports = ports;
        this.volume = volume;
        this.snapshots = snapshots;
        this.newUuid = newUuid;
        this.keys = new ClusterKeys(node, ports.consul());
    }

    /** Empty: done, look again. Else why not yet. */
    Optional<Reason> fromNothing(Reason why, Deadline deadline) {
        return underLock(why, deadline, uuid -> directory -> {
            ports.state().deleteMustJoin();
            ports.program().initialise(directory, deadline.atMost(INITIALISE));
            return new RestoredDirectory.Made(new DataMark(uuid, false), Optional.empty(), Optional.empty());
        });
    }

    Optional<Reason> fromSnapshot(String snapshot, Reason why, Deadline deadline) {
        Optional<String> id = Optional.of(snapshot).filter(s -> !s.equalsIgnoreCase("latest"));
        return underLock(why, deadline, uuid -> directory -> {
            Snapshots.Restored restored = snapshots.restore(id, Optional.empty(), Optional.empty(), directory, deadline);
            ports.state().deleteMustJoin();
            return new RestoredDirectory.Made(
                    new DataMark(uuid, false), restored.gtidsToSet(), Optional.of(restored.clusterUuid()));
        });
    }

    private Optional<Reason> underLock(
            Reason why, Deadline deadline, Function<String, Function<Path, RestoredDirectory.Made>> maker) {
        Consul consul = ports.consul();
        String session = consul.createSession(
                new SessionSpec(
                        node.settings().session().name() + "-bootstrap",
                        Duration.ofSeconds(30),
                        Duration.ZERO,
                        Optional.empty(),
                        consul.agentIsLocal()),
                deadline.atMost(CALL));
        try {
            if (!consul.acquire(node.bootstrapLockKey(), node.name(), session, deadline.atMost(CALL))) {
                return Optional.of(new Reason("another node is founding the cluster"));
            }
            // Read again under the lock: the node that had it before may have founded the cluster.
            Optional<KvEntry> before = consul.get(node.initializedKey(), deadline.atMost(CALL));
            Optional<String> word = node.settings().bootstrapFrom();
            if (before.isPresent() && (word.isEmpty() || word.equals(keys.obeyed(before.get().value(), deadline.atMost(CALL))))) {
                return Optional.empty();
            }
            String uuid = newUuid.get();
            LOG.info("event=found cluster={} reason=\"{}\"", uuid, why);
            RestoredDirectory.make(ports.state(), volume, maker.apply(uuid));
            announce(uuid, before, deadline);
            return Optional.empty();
        } finally {
            consul.release(node.bootstrapLockKey(), node.name(), session, deadline.atMost(CALL));
            consul.destroySession(session, deadline.atMost(CALL));
        }
    }

    /** Tells a Consul that knows no cluster which one the data is of. Whether that was heard or somebody else was faster: the next look tells. */
    void announce(String uuid, Deadline deadline) {
        announce(uuid, Optional.empty(), deadline);
    }

    /** The word in the environment has made this cluster, or is an old one: in either case it must make no other (docs/decisions/0009). */
    private void announce(String uuid, Optional<KvEntry> before, Deadline deadline) {
        Optional<String> word = node.settings().bootstrapFrom();
        List<TxnOp> operations = new ArrayList<>();
        operations.add(new TxnOp.Cas(node.initializedKey(), uuid, index(before)));
        if (word.isPresent()) {
            long index = index(ports.consul().get(node.bootstrappedKey(), deadline.atMost(CALL)));
            String bootstrap = ClusterRecords.write(new Bootstrap(uuid, word.get()));
            operations.add(new TxnOp.Cas(node.bootstrappedKey(), bootstrap, index));
        }
        ports.consul().transact(operations, deadline.atMost(CALL));
    }

    private static long index(Optional<KvEntry> entry) {
        return entry.map(KvEntry::modifyIndex).orElse(0L);
    }

    /** The rest of the founding. No node has data of this cluster that counts before it is done. */
    void confirm(String uuid, Deadline deadline) {
        forgetOldTerms(deadline);
        ports.state().writeDataMark(new DataMark(uuid, true));
        LOG.info("event=founded cluster={}", uuid);
    }

    /** A cluster that begins anew begins with term 1; what is left of the old one would bar it for ever. */
    private void forgetOldTerms(Deadline deadline) {
        for (String key : new String[] {node.leaseKey(), node.durabilityKey(), node.configKey(), node.settings().keys().lastBackup()}) {
            ports.consul().get(key, deadline.atMost(CALL)).ifPresent(e -> ports.consul()
                    .deleteCas(e.key(), e.modifyIndex(), deadline.atMost(CALL)));
        }
        for (KvEntry entry : ports.consul().list(node.historyPrefix(), deadline.atMost(CALL))) {
            ports.consul().deleteCas(entry.key(), entry.modifyIndex(), deadline.atMost(CALL));
        }
    }
}
