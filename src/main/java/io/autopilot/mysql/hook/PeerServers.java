package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The servers of the other nodes that live, each stopped and held by its role lock until closed (protocol P3, P4). All are dealt with at
 * the same time: a receiver that is connecting to a frozen primary takes seconds to stop.
 */
final class PeerServers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PeerServers.class);
    private static final Duration CONNECT = Duration.ofSeconds(2);
    /** For one that has just been asked in vain. */
    private static final Duration ONCE_MORE = Duration.ofMillis(300);
    private static final Duration LOCK = Duration.ofMillis(500);

    private final List<CompletableFuture<Answer>> revocations;
    private final Map<String, Reason> silent;
    private final Executor tasks;

    private PeerServers(List<CompletableFuture<Answer>> revocations, Map<String, Reason> silent, Executor tasks) {
        this.revocations = revocations;
        this.silent = silent;
        this.tasks = tasks;
    }

    /**
     * A peer whose receiver is stopped; the state was read afterwards.
     *
     * @param fenced it accepts no writes, and no commit of a client of it is under way
     */
    record Peer(String node, Address address, Mysql server, ServerState state, boolean fenced) {}

    /** What came of one: it is revoked, or why not. */
    private record Answer(String node, Optional<Peer> peer, Optional<Reason> leftOut) {}

    /**
     * Begins to revoke every living peer; one that doesn't answer is left out, and said so.
     *
     * @param silent where nobody answered a moment ago
     */
    static PeerServers revoke(Node node, Ports ports, Optional<Address> silent, Deadline deadline) {
        List<CompletableFuture<Answer>> revocations = new ArrayList<>();
        Map<String, Reason> without = new TreeMap<>();
        for (ServiceInstance instance : ports.consul().instances(node.settings().nodeService(), deadline)) {
            if (instance.id().equals(node.nodeServiceId())) {
                continue;
            }
            if (instance.passing()) {
                revocations.add(CompletableFuture.supplyAsync(
                        () -> revoke(node, instance, ports, patience(instance, silent), deadline), ports.tasks()));
            } else {
                without.put(node.nodeOf(instance.id()), new Reason("its hooks are silent"));
            }
        }
        return new PeerServers(revocations, without, ports.tasks());
    }

    private static Duration patience(ServiceInstance instance, Optional<Address> silent) {
        return silent.filter(new Address(instance.address(), instance.port())::equals).isPresent() ? ONCE_MORE : CONNECT;
    }

    private static Answer revoke(Node node, ServiceInstance instance, Ports ports, Duration patience, Deadline deadline) {
        String name = node.nodeOf(instance.id());
        Address address = new Address(instance.address(), instance.port());
        Optional<Mysql> opened = Optional.empty();
        boolean stopped = false;
        try {
            opened = Optional.of(ports.servers().connect(address, deadline.atMost(patience)));
            Mysql server = opened.get();
            if (!server.seizeRoleLock(LOCK)) {
                return leftOut(name, "its role lock could not be had");
            }
            server.stopReceiver();
            Peer peer = stopped(name, address, server);
            stopped = true;
            return new Answer(name, Optional.of(peer), Optional.empty());
        } catch (MysqlException e) {
            return leftOut(name, String.valueOf(e.getMessage()));
        } finally {
            if (!stopped) {
                opened.ifPresent(Mysql::close);
            }
        }
    }

    private static Answer leftOut(String name, String why) {
        LOG.warn("event=peer-left-out node={} reason=\"{}\"", name, why);
        return new Answer(name, Optional.empty(), Optional.of(new Reason(why)));
    }

    private static Peer stopped(String name, Address address, Mysql server) {
        ServerState state = server.read();
        if (state.writable() || state.replication().isPresent()) {
            return new Peer(name, address, server, state, state.isFencedReplica());
        }
        // A commit may still wait there: only the return of the statement says that none does (protocol P5).
        server.makeReadOnly();
        return new Peer(name, address, server, server.read(), true);
    }

    /** Revokes one more, which did not answer when the others were. */
    void include(Node node, ServiceInstance instance, Ports ports, Deadline deadline) {
        revocations.add(CompletableFuture.completedFuture(revoke(node, instance, ports, CONNECT, deadline)));
    }

    /** Those that are revoked; waits until each is, or is left out. */
    List<Peer> all() {
        return answers().flatMap(answer -> answer.peer().stream()).toList();
    }

    /** Every other node that Consul knows, and why it is left out. */
    Map<String, Reason> leftOut() {
        Map<String, Reason> reasons = new TreeMap<>(silent);
        answers().forEach(answer -> answer.leftOut().ifPresent(why -> reasons.put(answer.node(), why)));
        // One that didn't answer at first may have been included since.
        all().forEach(peer -> reasons.remove(peer.node()));
        return reasons;
    }

    private Stream<Answer> answers() {
        return revocations.stream().map(Tasks::join);
    }

    Optional<Peer> named(String node) {
        return all().stream().filter(peer -> peer.node().equals(node)).findFirst();
    }

    /** Begins to do something with each of those; the result ends when all of it is done. */
    CompletableFuture<Void> start(List<Peer> peers, Consumer<Peer> action) {
        return CompletableFuture.allOf(peers.stream()
                .map(peer -> CompletableFuture.runAsync(() -> action.accept(peer), tasks))
                .toArray(CompletableFuture<?>[]::new));
    }

    @Override
    public void close() {
        all().forEach(peer -> peer.server().close());
    }
}
