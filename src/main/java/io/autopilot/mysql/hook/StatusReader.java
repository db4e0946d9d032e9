package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterConfig;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.core.ClusterStatus.NodeStatus;
import io.autopilot.mysql.core.ClusterStatus.Role;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.FailoverRule;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.Promise;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.core.Restraint;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.SnapshotPointer;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.core.StoppedElection;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.MysqlServers;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads the state of the whole cluster, from any node; changes nothing. */
public final class StatusReader {
    private static final Duration PEER = Duration.ofSeconds(2);
    private static final Duration CONSUL = Duration.ofSeconds(4);
    private static final String SILENT = "its hooks don't run";
    private static final String GONE = "no word of it, and its server doesn't answer: the machine, the container or its network is gone";

    private final Node node;
    private final Consul consul;
    private final MysqlServers servers;
    private final Clock clock;
    private final ClusterKeys keys;

    /** @param clock for how long a pause and the window of FAILOVER_WINDOW last */
    public StatusReader(Node node, Consul consul, MysqlServers servers, Clock clock) {
        this.node = node;
        this.consul = consul;
        this.servers = servers;
        this.clock = clock;
        this.keys = new ClusterKeys(node, consul);
    }

    /** Reads it; without Consul, what this node can tell of itself. */
    public ClusterStatus read(Deadline deadline) {
        try {
            return readCluster(deadline);
        } catch (ConsulException e) {
            return withoutConsul(e, deadline);
        }
    }

    private ClusterStatus withoutConsul(ConsulException e, Deadline deadline) {
        return new ClusterStatus(
                node.settings().serviceName(),
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Restraint.NONE,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(self(deadline)),
                Optional.of(new Reason("Consul can't be reached, so who is primary isn't known (" + e.getMessage() + ")")));
    }

    private ClusterStatus readCluster(Deadline deadline) {
        // One that takes the request and doesn't answer must leave time for this node's own server.
        Optional<KvEntry> lease = consul.get(node.leaseKey(), deadline.atMost(CONSUL));
        Optional<PrimaryRecord> primary = lease.map(e -> ClusterRecords.readPrimary(e.key(), e.value()));
        boolean held = lease.flatMap(KvEntry::session).isPresent();
        Optional<Durability> durability = keys.durability(deadline).map(Indexed::value);
        List<ServiceInstance> instances = consul.instances(node.settings().nodeService(), deadline);
        Set<String> taken = instances.stream()
                .filter(ServiceInstance::passing)
                .map(ServiceInstance::address)
                .collect(Collectors.toSet());
        List<Evidence> evidence = keys.evidence(deadline);
        Optional<String> cluster = keys.clusterUuid(deadline);
        ClusterConfig config = keys.config(deadline).value();
        List<TermRecord> history = keys.history(deadline);
        List<NodeStatus> nodes = instances.stream()
                .map(instance -> instance.passing() || !taken.contains(instance.address())
                        ? read(instance, primary.filter(p -> held), deadline)
                        : gone(instance))
                .map(status -> noting(evidence, status))
                .map(n -> n.maintained(Optional.ofNullable(config.maintenance().get(n.name())).map(m -> new Reason(m.text()))))
                .sorted(Comparator.comparing(NodeStatus::name))
                .toList();
        return new ClusterStatus(
                node.settings().serviceName(),
                cluster,
                primary,
                held,
                durability.map(d -> promise(d, primary.filter(p -> held), nodes)),
                durability.flatMap(Durability::intent).map(Durability.Intent::candidate),
                lastSnapshot(deadline),
                cluster.flatMap(uuid -> keys.lastDrill(uuid, deadline)),
                FailoverRule.decide(node.name(), config, node.settings().failover(), primary, history, clock.instant()),
                history.stream().max(Comparator.comparingLong(TermRecord::term)),
                keys.stoppedElection(deadline).filter(stopped -> isOpen(stopped, durability, nodes)),
                history.stream().filter(term -> !term.lost().isEmpty()).toList(),
                evidence,
                nodes,
                Optional.empty());
    }

    /** No term has begun since, and the primary that nobody replaced doesn't write again either. */
    private static boolean isOpen(StoppedElection stopped, Optional<Durability> durability, List<NodeStatus> nodes) {
        return durability.filter(d -> d.newest().term() >= stopped.term()).isEmpty()
                && nodes.stream().noneMatch(n -> n.role() == Role.PRIMARY && n.writable());
    }

    /** Why a node stays out that has what the history went on without. */
    private static NodeStatus noting(List<Evidence> evidence, NodeStatus status) {
        return evidence.stream()
                .filter(kept -> status.role() == Role.UNASSIGNED && kept.node().equals(status.name()))
                .filter(kept -> status.executed().filter(has -> !has.intersect(kept.errant()).isEmpty()).isPresent())
                .findFirst()
                .map(kept -> status.withNote("stays out or is made anew: has the errant transactions of evidence " + kept.id()))
                .orElse(status);
    }

    private static Promise promise(Durability durability, Optional<PrimaryRecord> primary, List<NodeStatus> nodes) {
        Map<String, String> names = nodes.stream()
                .filter(node -> node.serverUuid().isPresent())
                .collect(Collectors.toMap(node -> node.serverUuid().get(), NodeStatus::name, (one, other) -> one));
        Optional<SemiSync> source = primary.flatMap(p ->
                nodes.stream().filter(node -> node.name().equals(p.node())).findFirst().flatMap(NodeStatus::semiSync));
        return Promise.of(durability, source, names);
    }

    private Optional<ClusterStatus.LastSnapshot> lastSnapshot(Deadline deadline) {
        return consul.get(node.settings().keys().lastBackup(), deadline).map(e -> {
            SnapshotPointer pointer = SnapshotRecords.readPointer(e.key(), e.value());
            return new ClusterStatus.LastSnapshot(pointer.id().toString(), pointer.at());
        });
    }

    /** By loopback, since this node may have lost its network, too. Its hooks run, or this wouldn't. */
    private NodeStatus self(Deadline deadline) {
        Note note = state -> state.replication().map(StatusReader::trouble).orElse("");
        return read(node.name(), node.address(), true, servers::connectLocal, Optional.empty(), note, deadline);
    }

    private NodeStatus read(ServiceInstance instance, Optional<PrimaryRecord> primary, Deadline deadline) {
        Address address = new Address(instance.address(), instance.port());
        String name = node.nodeOf(instance.id());
        Note note = state -> instance.passing() ? note(name, state, primary) : SILENT;
        return read(name, address, instance.passing(), d -> servers.connect(address, d), primary, note, deadline);
    }

    /** A living node has its address by now, and would answer in its place. */
    private NodeStatus gone(ServiceInstance instance) {
        return new NodeStatus(
                node.nodeOf(instance.id()),
                new Address(instance.address(), instance.port()),
                Role.DOWN,
                false,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                GONE);
    }

    private interface Note {
        String of(ServerState state);
    }

    private static NodeStatus read(
            String name,
            Address address,
            boolean hooksRun,
            Function<Deadline, Mysql> connect,
            Optional<PrimaryRecord> primary,
            Note note,
            Deadline deadline) {
        try (Mysql server = connect.apply(deadline.atMost(PEER))) {
            ServerState state = server.read();
            return new NodeStatus(
                    name,
                    address,
                    role(name, state, primary),
                    hooksRun,
                    Optional.of(state.version().text()),
                    state.writable(),
                    Optional.of(state.executed()),
                    state.replication().flatMap(ReplicationState::lag),
                    Optional.of(state.serverUuid()),
                    state.semiSync(),
                    Optional.empty(),
                    note.of(state));
        } catch (MysqlException e) {
            return new NodeStatus(
                    name,
                    address,
                    Role.DOWN,
                    hooksRun,
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    hooksRun ? String.valueOf(e.getMessage()) : GONE);
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

    private static String note(String name, ServerState state, Optional<PrimaryRecord> primary) {
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
