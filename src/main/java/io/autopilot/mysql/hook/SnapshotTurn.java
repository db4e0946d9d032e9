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
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Whether a snapshot is due, and whether it is this node's turn to take it. As a hook it only says so. */
public final class SnapshotTurn implements Hook {
    private static final Duration CALL = Duration.ofSeconds(5);
    private static final Reason NO_ROLE = new Reason("this node doesn't serve a role now");

    private final Node node;
    private final Ports ports;
    private final Lease lease;

    public SnapshotTurn(Node node, Ports ports) {
        this.node = node;
        this.ports = ports;
        this.lease = new Lease(node, ports.consul(), ports.state());
    }

    /** This node's part in the cluster, as far as a snapshot is concerned. */
    record Part(ServerState mysqld, String clusterUuid, PrimaryRecord primary, boolean isPrimary) {}

    @Override
    public Outcome run(Deadline deadline) {
        return switch (decide(part(deadline), deadline)) {
            case SnapshotDecision.Due due -> Outcome.done(due, due.reason());
            case SnapshotDecision.NotDue notDue -> Outcome.no(notDue, notDue.reason());
        };
    }

    SnapshotDecision decide(Optional<Part> part, Deadline deadline) {
        return part.isEmpty() ? new SnapshotDecision.NotDue(NO_ROLE) : SnapshotDue.decide(facts(part.get(), deadline.atMost(CALL)));
    }

    /** Empty: it has no part now, or its mysqld can't be asked. */
    Optional<Part> part(Deadline given) {
        Deadline deadline = given.atMost(CALL);
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
        return new SnapshotDue.Facts(
                ports.clock().instant(),
                newest(part.clusterUuid(), deadline),
                node.settings().snapshots().schedule(),
                node.name(),
                true,
                part.isPrimary(),
                healthyReplicas(deadline),
                Set.of(),
                new ClusterKeys(node, ports.consul()).snapshotWish(deadline).map(ClusterKeys.Indexed::value));
    }

    /** The newest snapshot of this cluster, as Consul names it. */
    Optional<SnapshotPointer> newest(String clusterUuid, Deadline deadline) {
        return ports.consul()
                .get(node.settings().keys().lastBackup(), deadline)
                .map(e -> SnapshotRecords.readPointer(e.key(), e.value()))
                .filter(pointer -> pointer.isOf(clusterUuid));
    }

    Set<String> healthyReplicas(Deadline deadline) {
        return ports.consul().instances(node.settings().serviceName(), deadline).stream()
                .filter(ServiceInstance::passing)
                .map(instance -> instance.id().substring(node.settings().serviceName().length() + 1))
                .collect(Collectors.toSet());
    }
}
