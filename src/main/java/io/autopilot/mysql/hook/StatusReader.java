package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.core.ClusterStatus.NodeStatus;
import io.autopilot.mysql.core.ClusterStatus.Role;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.SnapshotPointer;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.MysqlServers;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads the state of the whole cluster, from any node; changes nothing. */
public final class StatusReader {
    private static final Duration PEER = Duration.ofSeconds(2);

    private final Node node;
    private final Consul consul;
    private final MysqlServers servers;
    private final ClusterKeys keys;

    public StatusReader(Node node, Consul consul, MysqlServers servers) {
        this.node = node;
        this.consul = consul;
        this.servers = servers;
        this.keys = new ClusterKeys(node, consul);
    }

    /**
     * Reads it.
     *
     * @throws io.autopilot.mysql.port.ConsulException when Consul doesn't answer
     */
    public ClusterStatus read(Deadline deadline) {
        Optional<KvEntry> lease = consul.get(node.leaseKey(), deadline);
        Optional<PrimaryRecord> primary = lease.map(e -> ClusterRecords.readPrimary(e.key(), e.value()));
        boolean held = lease.flatMap(KvEntry::session).isPresent();
        Optional<Durability> durability = keys.durability(deadline).map(Indexed::value);
        List<NodeStatus> nodes = consul.instances(node.settings().nodeService(), deadline).stream()
                .map(instance -> read(instance, primary.filter(p -> held), deadline))
                .sorted(Comparator.comparing(NodeStatus::name))
                .toList();
        return new ClusterStatus(
                node.settings().serviceName(),
                keys.clusterUuid(deadline),
                primary,
                held,
                durability.map(Durability::mode),
                durability.flatMap(Durability::intent).map(Durability.Intent::candidate),
                lastSnapshot(deadline),
                nodes);
    }

    private Optional<ClusterStatus.LastSnapshot> lastSnapshot(Deadline deadline) {
        return consul.get(node.settings().keys().lastBackup(), deadline).map(e -> {
            SnapshotPointer pointer = SnapshotRecords.readPointer(e.key(), e.value());
            return new ClusterStatus.LastSnapshot(pointer.id().toString(), pointer.at());
        });
    }

    private NodeStatus read(ServiceInstance instance, Optional<PrimaryRecord> primary, Deadline deadline) {
        String name = node.nodeOf(instance.id());
        Address address = new Address(instance.address(), instance.port());
        try (Mysql server = servers.connect(address, deadline.atMost(PEER))) {
            ServerState state = server.read();
            return new NodeStatus(
                    name,
                    address,
                    role(name, state, primary),
                    instance.passing(),
                    Optional.of(state.version().text()),
                    state.writable(),
                    Optional.of(state.executed()),
                    state.replication().flatMap(ReplicationState::lag),
                    note(name, instance, state, primary));
        } catch (MysqlException e) {
            return new NodeStatus(
                    name,
                    address,
                    Role.DOWN,
                    instance.passing(),
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    instance.passing() ? String.valueOf(e.getMessage()) : "its hooks don't run");
        }
    }

    private static Role role(String name, ServerState state, Optional<PrimaryRecord> primary) {
        if (primary.filter(p -> p.node().equals(name)).isPresent()) {
            return Role.PRIMARY;
        }
        boolean follows = state.replication()
                .filter(r -> r.receiver() != ReplicationState.Receiver.OFF)
                .filter(r -> primary.filter(p -> p.address().equals(r.source())).isPresent())
                .isPresent();
        return follows ? Role.REPLICA : Role.UNASSIGNED;
    }

    private static String note(String name, ServiceInstance instance, ServerState state, Optional<PrimaryRecord> primary) {
        if (!instance.passing()) {
            return "its hooks don't run";
        }
        boolean holder = primary.filter(p -> p.node().equals(name)).isPresent();
        if (state.writable() && !holder) {
            return "accepts writes without the lease";
        }
        return state.replication().map(StatusReader::trouble).orElse(holder || primary.isEmpty() ? "" : "doesn't follow the primary");
    }

    private static String trouble(ReplicationState replication) {
        if (!replication.applierError().isEmpty()) {
            return "applier: " + replication.applierError();
        }
        if (!replication.receiverError().isEmpty()) {
            return "receiver: " + replication.receiverError();
        }
        return replication.applierRunning() ? "" : "applier is stopped";
    }
}
