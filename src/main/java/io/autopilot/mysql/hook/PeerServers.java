package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers of the other nodes that live, each stopped and held by its role lock until closed (protocol P3, P4). */
final class PeerServers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerServers.class);
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration LOCK = Duration.ofMillis(500);

    private final List<Peer> held = new ArrayList<>();

    private PeerServers() {}

    /** A peer whose receiver is stopped; the state was read afterwards. */
    record Peer(String node, Address address, Mysql server, ServerState state) {}

    /** Revokes every living peer that answers; one that doesn't is left out, and said so. */
    static PeerServers revoke(Node node, Ports ports, Deadline deadline) {
        PeerServers peers = new PeerServers();
        for (ServiceInstance instance : ports.consul().instances(node.settings().nodeService(), deadline)) {
            if (instance.passing() && !instance.id().equals(node.nodeServiceId())) {
                Address address = new Address(instance.address(), instance.port());
                revoke(node.nodeOf(instance.id()), address, ports, deadline).ifPresent(peers.held::add);
            }
        }
        return peers;
    }

    private static Optional<Peer> revoke(String name, Address address, Ports ports, Deadline deadline) {
        Optional<Mysql> opened = Optional.empty();
        boolean stopped = false;
        try {
            opened = Optional.of(ports.servers().connect(address, deadline.atMost(CONNECT)));
            Mysql server = opened.get();
            if (!server.seizeRoleLock(LOCK)) {
                LOG.warn("event=peer-left-out node={} reason=\"its role lock could not be had\"", name);
                return Optional.empty();
            }
            server.stopReceiver();
            Peer peer = new Peer(name, address, server, server.read());
            stopped = true;
            return Optional.of(peer);
        } catch (MysqlException e) {
            LOG.warn("event=peer-left-out node={} reason=\"{}\"", name, e.getMessage());
            return Optional.empty();
        } finally {
            if (!stopped) {
                opened.ifPresent(Mysql::close);
            }
        }
    }

    List<Peer> all() {
        return List.copyOf(held);
    }

    Optional<Peer> named(String node) {
        return held.stream().filter(peer -> peer.node().equals(node)).findFirst();
    }

    @Override
    public void close() {
        held.forEach(peer -> peer.server().close());
    }
}
