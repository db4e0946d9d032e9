package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterConfig.Maintenance;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.SwitchoverView;
import io.autopilot.mysql.core.SwitchoverView.Other;
import io.autopilot.mysql.core.SwitchoverView.Primary;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers what the choice of a switchover's target is made from; changes nothing, and works on any node. */
public final class SwitchoverObserver {
    private static final Logger LOG = LoggerFactory.getLogger(SwitchoverObserver.class);
    private static final Duration PEER = Duration.ofSeconds(2);

    private final Node node;
    private final Ports ports;
    private final ClusterKeys keys;

    public SwitchoverObserver(Node node, Ports ports) {
        this.node = node;
        this.ports = ports;
        this.keys = new ClusterKeys(node, ports.consul());
    }

    /**
     * Reads it now.
     *
     * @param wanted the target that was named, if one was
     * @param staysOn whether the primary goes on as a replica
     */
    public SwitchoverView observe(Optional<String> wanted, boolean staysOn, Deadline deadline) {
        Optional<PrimaryRecord> record = ports.consul()
                .get(node.leaseKey(), deadline)
                .filter(entry -> entry.session().isPresent())
                .map(entry -> ClusterRecords.readPrimary(entry.key(), entry.value()))
                .filter(r -> r.state() == PrimaryRecord.State.ESTABLISHED);
        Optional<ServerState> before = record.flatMap(r -> readPrimary(r, deadline));
        if (before.isEmpty()) {
            return new SwitchoverView(Optional.empty(), List.of(), wanted, staysOn, node.settings().replicaMaxLag());
        }
        List<Other> others = others(record.get(), deadline);
        GtidSet after = readPrimary(record.get(), deadline).orElse(before.get()).executed();
        Primary primary = new Primary(
                record.get().node(), record.get().address(), record.get().serverUuid(), before.get().version(), before.get().executed(), after);
        return new SwitchoverView(Optional.of(primary), others, wanted, staysOn, node.settings().replicaMaxLag());
    }

    /** Its address may be another node's by now: only the server that the lease was taken for counts. */
    private Optional<ServerState> readPrimary(PrimaryRecord record, Deadline deadline) {
        return read(record.node(), record.address(), deadline)
                .filter(state -> state.serverUuid().equals(record.serverUuid()) && state.writable());
    }

    /** All at the same time: one that is silent takes as long as the others together. */
    private List<Other> others(PrimaryRecord primary, Deadline deadline) {
        Set<String> listed = ports.consul().instances(node.settings().serviceName(), deadline).stream()
                .filter(ServiceInstance::passing)
                .map(ServiceInstance::id)
                .collect(Collectors.toSet());
        Map<String, Maintenance> maintenance = keys.config(deadline).value().maintenance();
        return ports.consul().instances(node.settings().nodeService(), deadline).stream()
                .filter(instance -> !node.nodeOf(instance.id()).equals(primary.node()))
                .map(instance -> CompletableFuture.supplyAsync(() -> other(instance, listed, maintenance, deadline), ports.tasks()))
                .toList()
                .stream()
                .map(Tasks::join)
                .toList();
    }

    private Other other(ServiceInstance instance, Set<String> listed, Map<String, Maintenance> maintenance, Deadline deadline) {
        String name = node.nodeOf(instance.id());
        Address address = new Address(instance.address(), instance.port());
        // The address of a node that is away may be another one's by now.
        Optional<ServerState> server = instance.passing() ? read(name, address, deadline) : Optional.empty();
        return new Other(
                name,
                address,
                instance.passing(),
                listed.contains(node.replicaServiceId(name)),
                server,
                Optional.ofNullable(maintenance.get(name)));
    }

    private Optional<ServerState> read(String name, Address address, Deadline deadline) {
        try (Mysql server = ports.servers().connect(address, deadline.atMost(PEER))) {
            return Optional.of(server.read());
        } catch (MysqlException e) {
            LOG.debug("event=node-silent node={} reason=\"{}\"", name, e.getMessage());
            return Optional.empty();
        }
    }
}
