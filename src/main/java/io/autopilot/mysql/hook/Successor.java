package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.HealthDecision.Role;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.hook.FormerPeers.Peer;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.HookLock;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The successor's side of a switchover (protocol P8); {@link HandOver} is the other one. Gets ready while the old primary still writes, says so,
 * waits for the permit, takes the lease from the living old primary in one transaction at the index of the permit, becomes writable.
 */
final class Successor {
    private static final Logger LOG = LoggerFactory.getLogger(Successor.class);
    private static final Duration LOCK = Duration.ofSeconds(2);
    private static final Duration ROLE_LOCK = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration UPKEEP = Duration.ofSeconds(1);
    /** A little longer than the old primary lets this node catch up: a permit that comes no more was called off, or its giver has died. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    /** What a busy machine takes for connections to all other replicas; a dead one's doesn't hold a hand-over up for longer. */
    private static final Duration PEERS = Duration.ofSeconds(1);

    private static final Duration PAUSE = Duration.ofMillis(20);

    /** What a commit of the old primary, that is there already, takes to be applied; longer, and the old primary undoes it. */
    private static final Duration APPLY = Duration.ofSeconds(9);

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final ClusterKeys keys;
    private final Services services;
    private final Promotion promotion;
    private Duration keptUp = Duration.ZERO;

    Successor(Node node, Ports ports) {
        this.node = node;
        this.ports = ports;
        this.lease = new Lease(node, ports.consul(), ports.state());
        this.keys = new ClusterKeys(node, ports.consul());
        this.services = new Services(node, ports.consul());
        this.promotion = new Promotion(node, ports, lease, keys, services, new Acks(node, ports, lease, keys));
    }

    /** Takes over if an old primary has announced that it hands over to this node. Empty: it hasn't. */
    Optional<Outcome> tryRun(Deadline deadline) {
        Optional<Indexed<Durability>> announced = keys.durability(deadline).filter(d -> handOver(d).isPresent());
        if (announced.isEmpty() || ports.state().stopping()) {
            return Optional.empty();
        }
        Optional<HookLock> lock = ports.state().tryLock(deadline.atMost(LOCK));
        if (lock.isEmpty()) {
            return Optional.of(Outcome.notHealthy("Busy", new Reason("another hook of this node is at work")));
        }
        HookLock held = lock.get();
        try {
            Optional<Reason> obstacle = succeed(announced.get(), deadline);
            return Optional.of(obstacle.map(why -> Outcome.notHealthy("Succeed", why))
                    .orElseGet(() -> Outcome.done("Succeed", new Reason(handOver(announced.get()).orElseThrow().from() + " handed over"))));
        } catch (ConsulException e) {
            return Optional.of(Outcome.notHealthy("Succeed", new Reason("Consul failed on the way: " + e.getMessage())));
        } catch (MysqlException e) {
            return Optional.of(Outcome.notHealthy("Succeed", new Reason("mysqld failed on the way: " + e.getMessage())));
        } finally {
            held.close();
        }
    }

    private Optional<Durability.HandOver> handOver(Indexed<Durability> durability) {
        return durability.value().handOver().filter(h -> h.to().equals(node.name()));
    }

    /** Empty: this node is the primary. */
    private Optional<Reason> succeed(Indexed<Durability> announced, Deadline deadline) {
        Durability.HandOver handOver = handOver(announced).orElseThrow();
        try (Mysql local = ports.servers().connectLocal(deadline);
                FormerPeers peers = FormerPeers.connect(node, ports, lease, handOver.from(), deadline)) {
            if (!local.tryRoleLock(ROLE_LOCK)) {
                return Optional.of(new Reason("another hand holds this server's role lock"));
            }
            ServerState mysqld = local.read();
            Optional<Reason> unfit = whyNotReady(announced.value(), mysqld, deadline);
            if (unfit.isPresent()) {
                return unfit;
            }
            TxnOp.Lock lock = promotion.lock(handOver.term(), mysqld, deadline);
            // Who can't be asked by then doesn't acknowledge in the new term: without any it would begin unprotected. Writes go on meanwhile.
            ports.poll().until(deadline.atMost(PEERS), PAUSE, () -> Optional.of(true).filter(yes -> peers.haveAnswered()));
            Optional<Set<String>> letIn = Optional.of(promotion.modeOf(mysqld))
                    .filter(Durability.Mode.LOSSLESS::equals)
                    .map(lossless -> letIn(local, peers.members(announced.value())));
            // What isn't asked for here loads what the last steps need: they are in the write gap.
            keys.history(deadline);
            keys.answer(handOver, announced.index(), deadline);
            LOG.info("event=ready to-succeed={} term={}", handOver.from(), handOver.term());
            Optional<Indexed<Durability>> permit = awaitPermit(announced, handOver, deadline);
            if (permit.isEmpty()) {
                return Optional.of(new Reason(handOver.from() + " has called its hand-over off"));
            }
            return takeOver(permit.get(), lock, letIn, local, peers, deadline);
        }
    }

    /**
     * Who is to acknowledge may connect from now on, and nobody else: no one comes before it is pointed at this server, and each statement
     * would be a part of the write gap. What of it stays when the hand-over is called off the next term's hand puts right (protocol P2, P6).
     */
    private Set<String> letIn(Mysql local, List<Peer> members) {
        Set<String> uuids = members.stream().map(peer -> peer.state().serverUuid()).collect(Collectors.toSet());
        uuids.forEach(uuid -> letIn(local, uuid));
        local.cutOffOthers(uuids);
        return uuids;
    }

    private void letIn(Mysql local, String uuid) {
        local.letIn(uuid, node.settings().accounts().replication().password());
    }

    /** Read under the role lock (protocol P3). */
    private Optional<Reason> whyNotReady(Durability durability, ServerState mysqld, Deadline deadline) {
        Optional<Durability.Intent> foreign = keys.foreignIntent(Optional.of(durability), deadline);
        if (foreign.isPresent()) {
            return Optional.of(new Reason(foreign.get().candidate() + " is taking over with term " + foreign.get().term()));
        }
        Durability.HandOver handOver = durability.handOver().orElseThrow();
        lease.heartbeat(deadline);
        Optional<PrimaryRecord> old = holder(handOver, deadline).map(e -> ClusterRecords.readPrimary(e.key(), e.value()));
        if (old.isEmpty()) {
            return Optional.of(new Reason(handOver.from() + " doesn't hold the lease of term " + (handOver.term() - 1)));
        }
        if (ports.state().mustJoin()) {
            return Optional.of(new Reason("this server's data is a snapshot's that has not caught up since"));
        }
        boolean follows = mysqld.replication()
                .filter(r -> r.source().equals(old.get().address())
                        && r.receiver() == ReplicationState.Receiver.ON
                        && r.applierRunning())
                .isPresent();
        return follows ? Optional.empty() : Optional.of(new Reason("this server doesn't follow " + handOver.from()));
    }

    /** The lease's key while the node that hands over has it. */
    private Optional<KvEntry> holder(Durability.HandOver handOver, Deadline deadline) {
        return ports.consul().get(node.leaseKey(), deadline).filter(entry -> lease.view(Optional.of(entry), deadline) instanceof LeaseView.Other other
                && other.record().node().equals(handOver.from())
                && other.record().term() == handOver.term() - 1);
    }

    /** Durability with the set that this node must hold; empty: called off, or nothing came. */
    private Optional<Indexed<Durability>> awaitPermit(Indexed<Durability> announced, Durability.HandOver handOver, Deadline deadline) {
        Deadline patience = deadline.atMost(PATIENCE);
        Indexed<Durability> seen = announced;
        while (true) {
            Optional<Durability.HandOver> now = handOver(seen).filter(h -> h.term() == handOver.term() && h.from().equals(handOver.from()));
            if (now.isEmpty() || ports.state().stopping()) {
                return Optional.empty();
            }
            if (now.get().mustHold().isPresent()) {
                return Optional.of(seen);
            }
            if (patience.expired() || !keepUp(handOver, deadline)) {
                return Optional.empty();
            }
            Optional<Indexed<Durability>> next = keys.awaitDurability(seen.index(), LOOK, deadline);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            seen = next.get();
        }
    }

    /** Health doesn't run meanwhile: the hooks' lock is held. False: the old primary has lost the lease. */
    private boolean keepUp(Durability.HandOver handOver, Deadline deadline) {
        Duration now = ports.ticker().uptime();
        if (now.minus(keptUp).compareTo(UPKEEP) < 0) {
            return true;
        }
        keptUp = now;
        lease.heartbeat(deadline);
        services.keep(Role.REPLICA, "about to succeed " + handOver.from(), deadline);
        return holder(handOver, deadline).isPresent();
    }

    /** @param letIn those that this hand has let in, with all others cut off; empty in asynchronous mode */
    private Optional<Reason> takeOver(
            Indexed<Durability> permit,
            TxnOp.Lock lock,
            Optional<Set<String>> letIn,
            Mysql local,
            FormerPeers peers,
            Deadline deadline) {
        Durability.HandOver handOver = handOver(permit).orElseThrow();
        GtidSet all = handOver.mustHold().orElseThrow();
        List<Peer> members = peers.members(permit.value(), all);
        boolean lossless = letIn.isPresent();
        // In lossless mode the first commit waits for the members; the others come by themselves then.
        List<FormerPeers.Held> held = peers.hold(lossless ? members : peers.all());
        if (!local.awaitApplied(all, APPLY)) {
            return Optional.of(new Reason("still applies what " + handOver.from() + " had executed"));
        }
        ServerState mysqld = local.read();
        GtidSet extra = mysqld.received().minus(all);
        if (!extra.isEmpty()) {
            return Optional.of(new Reason("errant transactions that " + handOver.from() + " lacks: " + extra));
        }
        Reason why = new Reason(handOver.from() + " handed over");
        Durability.Entry entry = promotion.entry(handOver.term(), mysqld, members.stream().map(FormerPeers.Peer::state).toList());
        Set<String> asked = lossless ? entry.ackSet() : Set.of();
        Acks.Admission admission = new Acks.Admission(asked, letIn.filter(asked::equals).isPresent());
        Once late = new Once(() -> asked.stream().filter(uuid -> !letIn.orElseThrow().contains(uuid)).forEach(uuid -> letIn(local, uuid)));
        // This server has all that any other one can have, so that they may follow it.
        Repointing repointing = new Repointing(node, mysqld, lossless, Optional.of(all), late);
        List<FormerPeers.Leaving> leaving = peers.leave(held, repointing);
        Optional<Reason> refused = leaveSource(local, all, () -> takeLease(permit, entry, lock, mysqld, why, deadline));
        if (refused.isPresent()) {
            FormerPeers.comeBack(leaving);
            return refused;
        }
        LOG.info("event=lease term={} reason=\"{}\"", handOver.term(), why);
        CompletableFuture<Void> repointed = peers.repoint(leaving, repointing, handOver.term(), deadline);
        // Nothing here uses this server's connection before: whoever comes first may.
        late.run();
        local.forgetSource();
        Optional<Reason> obstacle = promotion.becomeWritable(local, handOver.term(), why, admission, deadline);
        Tasks.join(repointed);
        return obstacle;
    }

    /** The source has nothing more to send, so that replication ends while the lease is taken. When it isn't, this server follows on. */
    private Optional<Reason> leaveSource(Mysql local, GtidSet all, Supplier<Optional<Reason>> takeLease) {
        CompletableFuture<Void> left = CompletableFuture.runAsync(() -> local.endReplication(all), ports.tasks());
        Optional<Reason> refused;
        try {
            refused = takeLease.get();
        } catch (ConsulException e) {
            refused = Optional.of(new Reason("Consul failed on the way: " + e.getMessage()));
        }
        Tasks.join(left);
        if (refused.isPresent()) {
            local.startReplication();
        }
        return refused;
    }

    /** One transaction (protocol P4 step 4, P8): the old primary's undo changes durability, too, and only one of both can be first. */
    private Optional<Reason> takeLease(
            Indexed<Durability> permit, Durability.Entry entry, TxnOp.Lock lock, ServerState mysqld, Reason why, Deadline deadline) {
        Durability.HandOver handOver = handOver(permit).orElseThrow();
        Optional<KvEntry> held = holder(handOver, deadline);
        if (held.isEmpty()) {
            return Optional.of(new Reason(handOver.from() + " doesn't hold the lease any more"));
        }
        Optional<PrimaryRecord> last = held.map(e -> ClusterRecords.readPrimary(e.key(), e.value()));
        Succession succession = new Succession(TermRecord.Kind.SWITCHOVER, last, GtidSet.EMPTY, List.of(), Set.of());
        List<TxnOp> operations =
                new ArrayList<>(promotion.beginTerm(entry, mysqld, succession, Optional.of(permit.value()), permit.index(), why));
        operations.add(new TxnOp.DeleteCas(node.leaseKey(), held.get().modifyIndex()));
        operations.add(lock);
        return Promotion.refusal(ports.consul().transact(operations, deadline));
    }
}
