package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers of the other nodes that live, each stopped and held by its role lock until closed (protocol P3, P4). All are dealt with at
 * the same time: a receiver that is connecting to a frozen primary takes seconds to stop.
 */
final class PeerServers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerServers.class);
    private static final Duration CONNECT = Duration.ofSeconds(2);
    private static final Duration LOCK = Duration.ofMillis(500);

    private final List<CompletableFuture<Optional<Peer>>> revocations;
    private final Executor tasks;

    private PeerServers(List<CompletableFuture<Optional<Peer>>> revocations, Executor tasks) {
        this.revocations = revocations;
        this.tasks = tasks;
    }

    /** A peer whose receiver is stopped; the state was read afterwards. */
    record Peer(String node, Address address, Mysql server, ServerState state) {}

    /** Begins to revoke every living peer; one that doesn't answer is left out, and said so. */
    static PeerServers revoke(Node node, Ports ports, Deadline deadline) {
        List<CompletableFuture<Optional<Peer>>> revocations =
                ports.consul().instances(node.settings().nodeService(), deadline).stream()
                        .filter(instance -> instance.passing() && !instance.id().equals(node.nodeServiceId()))
                        .map(instance -> CompletableFuture.supplyAsync(() -> revoke(node, instance, ports, deadline), ports.tasks()))
                        .toList();
        return new PeerServers(revocations, ports.tasks());
    }

    private static Optional<Peer> revoke(Node node, ServiceInstance instance, Ports ports, Deadline deadline) {
        String name = node.nodeOf(instance.id());
        Address address = new Address(instance.address(), instance.port());
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

    /** Those that are revoked; waits until each is, or is left out. */
    List<Peer> all() {
        return revocations.stream().map(CompletableFuture::join).flatMap(Optional::stream).toList();
    }

    Optional<Peer> named(String node) {
        return all().stream().filter(peer -> peer.node().equals(node)).findFirst();
    }

    /** Does something with each at the same time; returns when all of it is done. */
    void forEach(Consumer<Peer> action) {
        List<CompletableFuture<Void>> actions = all().stream()
                .map(peer -> CompletableFuture.runAsync(() -> action.accept(peer), tasks))
                .toList();
        actions.forEach(CompletableFuture::join);
    }

    @Override
    public void close() {
        all().forEach(peer -> peer.server().close());
    }
}
