package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other replicas of an old primary that hands over to this node. Their servers are connected to before writes stop and pointed at this
 * node right after they go on; one that can't be pointed then does it by itself later.
 */
final class FormerPeers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FormerPeers.class);
    private static final Duration ROLE_LOCK = Duration.ofMillis(500);

    private final Lease lease;
    private final Executor tasks;
    private final List<CompletableFuture<Optional<Peer>>> connections;
    private final List<Held> held = new ArrayList<>();

    private FormerPeers(Lease lease, Executor tasks, List<CompletableFuture<Optional<Peer>>> connections) {
        this.lease = lease;
        this.tasks = tasks;
        this.connections = connections;
    }

    /** A replica, as it was when it was connected to. */
    record Peer(String node, Mysql server, ServerState state) {}

    /** Begins to connect to all that live; changes nothing, and waits for nobody. */
    static FormerPeers connect(Node node, Ports ports, Lease lease, String oldPrimary, Deadline deadline) {
        List<CompletableFuture<Optional<Peer>>> connections =
                ports.consul().instances(node.settings().nodeService(), deadline).stream()
                        .filter(instance -> instance.passing() && !instance.id().equals(node.nodeServiceId()))
                        .filter(instance -> !instance.id().equals(node.nodeServiceId(oldPrimary)))
                        .map(instance -> CompletableFuture.supplyAsync(
                                () -> connect(
                                        node.nodeOf(instance.id()), new Address(instance.address(), instance.port()), ports, deadline),
                                ports.tasks()))
                        .toList();
        return new FormerPeers(lease, ports.tasks(), connections);
    }

    private static Optional<Peer> connect(String name, Address address, Ports ports, Deadline deadline) {
        try {
            Mysql server = ports.servers().connect(address, deadline);
            return Optional.of(new Peer(name, server, server.read()));
        } catch (MysqlException e) {
            LOG.info("event=peer-left-out node={} reason=\"{}\"", name, e.getMessage());
            return Optional.empty();
        }
    }

    /** Whether each has answered, or can't be connected to. */
    boolean haveAnswered() {
        return connections.stream().allMatch(CompletableFuture::isDone);
    }

    /** Those that answered by now. */
    List<Peer> all() {
        return connections.stream()
                .filter(CompletableFuture::isDone)
                .map(Tasks::join)
                .flatMap(Optional::stream)
                .toList();
    }

    /** The old primary's members that answered by now. */
    List<Peer> members(Durability before) {
        return all().stream()
                .filter(peer -> peer.state().replication().isPresent() && !peer.state().writable())
                .filter(peer -> before.isMember(peer.state().serverUuid()))
                .toList();
    }

    /** Of those the ones that have nothing of their own (protocol P1). */
    List<Peer> members(Durability before, GtidSet all) {
        return members(before).stream().filter(peer -> all.contains(peer.state().received())).toList();
    }

    /** One whose server is being taken hold of; empty: another hand has it. */
    record Held(Peer peer, CompletableFuture<Optional<ServerState>> state) {}

    /**
     * Begins to take hold of those servers and to read them, which needs no lease: nobody else changes them until this is closed, so that
     * what is read stays so (protocol P3).
     */
    List<Held> hold(List<Peer> these) {
        List<Held> begun = these.stream()
                .map(peer -> new Held(peer, CompletableFuture.supplyAsync(() -> hold(peer), tasks)))
                .toList();
        held.addAll(begun);
        return begun;
    }

    private static Optional<ServerState> hold(Peer peer) {
        try {
            return peer.server().tryRoleLock(ROLE_LOCK) ? Optional.of(peer.server().read()) : Optional.empty();
        } catch (MysqlException e) {
            LOG.info("event=peer-left-out node={} reason=\"{}\"", peer.node(), e.getMessage());
            return Optional.empty();
        }
    }

    /** One that is leaving the old primary; empty: it isn't to follow this node now. */
    record Leaving(Peer peer, CompletableFuture<Optional<ServerState>> state) {}

    /** Begins to have those leave the old primary that may follow this node: it has nothing more to send. */
    List<Leaving> leave(List<Held> these, Repointing repointing) {
        return these.stream()
                .map(each -> new Leaving(each.peer(), each.state().thenApplyAsync(state -> left(each.peer(), state, repointing), tasks)))
                .toList();
    }

    private static Optional<ServerState> left(Peer peer, Optional<ServerState> state, Repointing repointing) {
        if (state.isEmpty()) {
            LOG.info("event=not-repointed node={} reason=\"its role lock could not be had\"", peer.node());
        }
        return state.filter(held -> repointing.leaves(peer.node(), peer.server(), held));
    }

    /** They follow the old primary on. */
    static void comeBack(List<Leaving> these) {
        these.forEach(each -> Tasks.join(each.state()).ifPresent(state -> comeBack(each.peer())));
    }

    private static void comeBack(Peer peer) {
        try {
            peer.server().startReplication();
        } catch (MysqlException e) {
            LOG.info("event=replication-stopped node={} reason=\"{}\"", peer.node(), e.getMessage());
        }
    }

    /** Begins to point those at this node, which holds the lease of that term; the result ends when all is done. */
    CompletableFuture<Void> repoint(List<Leaving> these, Repointing repointing, long term, Deadline deadline) {
        return CompletableFuture.allOf(these.stream()
                .map(each -> each.state()
                        .thenAcceptAsync(left -> left.ifPresent(state -> repoint(each.peer(), state, repointing, term, deadline)), tasks))
                .toArray(CompletableFuture<?>[]::new));
    }

    /** The lease is read under the role lock of the server that is pointed (protocol P3). */
    private void repoint(Peer peer, ServerState state, Repointing repointing, long term, Deadline deadline) {
        if (lease.view(deadline) instanceof LeaseView.Mine mine && mine.record().term() == term) {
            repointing.follow(peer.node(), peer.server(), state);
        } else {
            LOG.info("event=not-repointed node={} reason=\"the lease was lost\"", peer.node());
            comeBack(peer);
        }
    }

    @Override
    public void close() {
        held.forEach(each -> Tasks.join(each.state()));
        for (CompletableFuture<Optional<Peer>> connection : connections) {
            // One that is still being made isn't waited for: it does nothing, and ends at its deadline.
            if (!connection.complete(Optional.empty())) {
                Tasks.join(connection).ifPresent(peer -> peer.server().close());
            }
        }
    }
}
