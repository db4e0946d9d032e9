package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.SnapshotDecision;
import io.autopilot.mysql.core.SnapshotDue;
import io.autopilot.mysql.core.SnapshotPointer;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.StoreException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes a snapshot now, or only when it is due and this node's turn; never within health (G7). */
public final class TakeSnapshot implements Hook {
    private static final Duration CALL = Duration.ofSeconds(5);

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final SnapshotLock lock;
    private final SnapshotTaker taker;
    private final boolean onlyIfDue;

    public TakeSnapshot(Node node, Ports ports, SnapshotLock lock, SnapshotTaker taker, boolean onlyIfDue) {
        this.node = node;
        this.ports = ports;
        this.lease = new Lease(node, ports.consul(), ports.state());
        this.lock = lock;
        this.taker = taker;
        this.onlyIfDue = onlyIfDue;
    }

    /** This node's part in the cluster, as far as a snapshot is concerned. */
    private record Part(ServerState mysqld, String clusterUuid, PrimaryRecord primary, boolean isPrimary) {}

    @Override
    public Outcome run(Deadline deadline) {
        Optional<Part> part = part(deadline.atMost(CALL));
        if (part.isEmpty() && onlyIfDue) {
            return Outcome.done("NotDue", new Reason("this node doesn't serve a role now"));
        }
        if (part.isEmpty()) {
            return Outcome.tryLater("NotHealthy", new Reason("this node doesn't serve a role now, its data is no source of a snapshot"));
        }
        if (onlyIfDue) {
            SnapshotDecision decision = SnapshotDue.decide(facts(part.get(), deadline.atMost(CALL)));
            if (decision instanceof SnapshotDecision.NotDue notDue) {
                return Outcome.done("NotDue", notDue.reason());
            }
        }
        return switch (lock.tryTake(deadline.atMost(CALL))) {
            case SnapshotLock.Result.Busy busy -> Outcome.tryLater("Busy", busy.reason());
            case SnapshotLock.Result.Taken taken -> take(part.get(), taken.lock(), deadline);
        };
    }

    private Outcome take(Part part, SnapshotLock.Held held, Deadline deadline) {
        try (held;
                Mysql local = ports.servers().connectLocal(deadline)) {
            SnapshotPointer pointer = taker.take(held, local, part.clusterUuid(), part.primary().term(), deadline);
            return Outcome.done("Taken", new Reason("snapshot " + pointer.id()));
        } catch (SnapshotException | StoreException e) {
            return Outcome.notHealthy("Failed", new Reason(String.valueOf(e.getMessage())));
        }
    }

    private Optional<Part> part(Deadline deadline) {
        Optional<ServerState> read = read(deadline);
        Optional<String> cluster = read.flatMap(ServerState::clusterUuid);
        if (read.isEmpty() || cluster.isEmpty()) {
            return Optional.empty();
        }
        ServerState mysqld = read.get();
        return switch (lease.view(deadline)) {
            case LeaseView.Mine mine when mysqld.writable() ->
                Optional.of(new Part(mysqld, cluster.get(), mine.record(), true));
            case LeaseView.Other other when follows(mysqld, other.record()) ->
                Optional.of(new Part(mysqld, cluster.get(), other.record(), false));
            case LeaseView.Mine mine -> Optional.empty();
            case LeaseView.Other other -> Optional.empty();
            case LeaseView.Free free -> Optional.empty();
            case LeaseView.Unknown unknown -> Optional.empty();
        };
    }

    private Optional<ServerState> read(Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            return Optional.of(local.read());
        } catch (MysqlException e) {
            return Optional.empty();
        }
    }

    private boolean follows(ServerState mysqld, PrimaryRecord primary) {
        return mysqld.replication()
                .filter(r -> r.source().equals(primary.address())
                        && r.receiver() == ReplicationState.Receiver.ON
                        && r.applierRunning())
                .isPresent();
    }

    private SnapshotDue.Facts facts(Part part, Deadline deadline) {
        Optional<SnapshotPointer> last = ports.consul()
                .get(node.settings().keys().lastBackup(), deadline)
                .map(e -> SnapshotRecords.readPointer(e.key(), e.value()))
                .filter(pointer -> pointer.isOf(part.clusterUuid()));
        Set<String> replicas = ports.consul().instances(node.settings().serviceName(), deadline).stream()
                .filter(ServiceInstance::passing)
                .map(instance -> instance.id().substring(node.settings().serviceName().length() + 1))
                .collect(Collectors.toSet());
        return new SnapshotDue.Facts(
                ports.clock().instant(),
                last,
                node.settings().snapshots().ttl(),
                node.name(),
                true,
                part.isPrimary(),
                replicas,
                Set.of(),
                new ClusterKeys(node, ports.consul()).snapshotWish(deadline).map(ClusterKeys.Indexed::value));
    }
}
