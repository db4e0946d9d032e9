package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.SessionSpec;
import io.autopilot.mysql.port.DataVolume;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.DataMark;
import java.nio.file.Path;
import java.time.Duration;
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

    Founding(Node node, Ports ports, DataVolume volume, Snapshots snapshots, Supplier<String> newUuid) {
        this.node = node;
        this.ports = ports;
        this.volume = volume;
        this.snapshots = snapshots;
        this.newUuid = newUuid;
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
            Snapshots.Restored restored = snapshots.restore(id, Optional.empty(), directory, deadline);
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
            if (before.isPresent() && node.settings().bootstrapFrom().isEmpty()) {
                return Optional.empty();
            }
            String uuid = newUuid.get();
            LOG.info("event=found cluster={} reason=\"{}\"", uuid, why);
            RestoredDirectory.make(ports.state(), volume, maker.apply(uuid));
            found(uuid, before, deadline);
            return Optional.empty();
        } finally {
            consul.release(node.bootstrapLockKey(), node.name(), session, deadline.atMost(CALL));
            consul.destroySession(session, deadline.atMost(CALL));
        }
    }

    private void found(String uuid, Optional<KvEntry> before, Deadline deadline) {
        long index = before.map(KvEntry::modifyIndex).orElse(0L);
        boolean won = ports.consul().cas(node.initializedKey(), uuid, index, deadline.atMost(CALL));
        if (won) {
            forgetOldTerms(deadline);
            ports.state().writeDataMark(new DataMark(uuid, true));
            LOG.info("event=founded cluster={}", uuid);
        }
    }

    /** A cluster that begins anew begins with term 1; what is left of the old one would bar it for ever. */
    private void forgetOldTerms(Deadline deadline) {
        for (String key : new String[] {node.leaseKey(), node.durabilityKey(), node.settings().keys().lastBackup()}) {
            ports.consul().get(key, deadline.atMost(CALL)).ifPresent(e -> ports.consul()
                    .deleteCas(e.key(), e.modifyIndex(), deadline.atMost(CALL)));
        }
        for (KvEntry entry : ports.consul().list(node.historyPrefix(), deadline.atMost(CALL))) {
            ports.consul().deleteCas(entry.key(), entry.modifyIndex(), deadline.atMost(CALL));
        }
    }
}
