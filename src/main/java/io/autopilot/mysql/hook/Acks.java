package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.AckDecision;
import io.autopilot.mysql.core.AckRule;
import io.autopilot.mysql.core.AckView;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps true who acknowledges this primary's writes, and what is promised of it (protocol P1, P2; lossless mode). */
final class Acks {
    private static final Logger LOG = LoggerFactory.getLogger(Acks.class);
    private static final Duration ROLE_LOCK = Duration.ofSeconds(1);
    /** A commit that isn't acknowledged by then waits for somebody who is not there. */
    private static final Duration BARRIER = Duration.ofSeconds(2);
    /** How long a receiver may take to come back before its server counts as lost: it restarts when it begins to acknowledge. */
    private static final Duration RETURN = Duration.ofMillis(800);

    /** What a look at the replicas and a step may take. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private static final Duration BEGIN = Duration.ofSeconds(1);
    private static final Duration OTHERS_LOCK = Duration.ofMillis(500);
    private static final Duration PAUSE = Duration.ofMillis(50);
    /** Between two looks of a server at who listens to it: writes wait for that. */
    private static final Duration BRIEFLY = Duration.ofMillis(5);
    /** For that long without a look at what is promised. */
    private static final Duration LISTEN = Duration.ofMillis(50);
    private static final Reason NO_TIME = new Reason("no time left to find replicas that acknowledge");
    /** From nobody to somebody takes three: announce, complete, see that all is well. */
    private static final int STEPS = 4;

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final ClusterKeys keys;
    private final Replicas replicas;

    Acks(Node node, Ports ports, Lease lease, ClusterKeys keys) {
        this.node = node;
        this.ports = ports;
        this.lease = lease;
        this.keys = keys;
        this.replicas = new Replicas(node, ports);
    }

    /** Of a primary that accepts writes. Empty: they are acknowledged as is promised. Else why they wait. */
    Optional<Reason> keep(PrimaryRecord own, ServerState mysqld, Indexed<Durability> seen, Deadline deadline) {
        if (isSettled(own, mysqld, seen.value(), deadline)) {
            return Optional.empty();
        }
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            return step(local, own, seen, STEPS, deadline);
        }
    }

    private Optional<Reason> step(Mysql local, PrimaryRecord own, Indexed<Durability> found, int steps, Deadline deadline) {
        if (deadline.remaining().compareTo(LOOK) < 0) {
            // Replicas that there is no time to ask aren't lost, and writes that aren't known to wait don't: the next run goes on.
            return Optional.empty();
        }
        AckView view = view(local, own, found.value(), deadline);
        AckDecision decision = AckRule.decide(view);
        LOG.debug("event=acks decision={} reason=\"{}\"", decision.getClass().getSimpleName(), decision.reason());
        Optional<Reason> obstacle =
                switch (decision) {
                    case AckDecision.Keep keep -> Optional.empty();
                    case AckDecision.Wait wait -> Optional.of(wait.reason()).filter(r -> isBlocked(view));
                    case AckDecision.Admit admit -> admit(own, admit.published(), found, admit.reason(), deadline);
                    case AckDecision.Announce announce -> admit(own, announce.published(), found, announce.reason(), deadline);
                    case AckDecision.Complete complete -> complete(local, own, complete, found, deadline);
                };
        boolean goesOn = obstacle.isEmpty()
                && steps > 1
                && !(decision instanceof AckDecision.Keep)
                && !(decision instanceof AckDecision.Wait);
        if (!goesOn) {
            return obstacle;
        }
        Optional<Indexed<Durability>> again = keys.durability(deadline);
        return again.isPresent()
                ? step(local, own, again.get(), steps - 1, deadline)
                : Optional.of(new Reason("the durability key has gone"));
    }

    private static boolean isBlocked(AckView view) {
        long there = view.replicas().stream().filter(r -> r.receiving() && r.acknowledging()).count();
        return view.source().sourceOn() && there < view.source().acksRequired();
    }

    private Optional<Reason> publish(Durability next, Indexed<Durability> found, Reason why, Deadline deadline) {
        if (!ports.consul().cas(node.durabilityKey(), ClusterRecords.write(next), found.index(), deadline)) {
            return Optional.of(new Reason("somebody else has changed what is promised"));
        }
        LOG.info("event=ack-set members={} acks={} reason=\"{}\"",
                next.newest().ackSet().size(), next.newest().acksRequired(), why);
        return Optional.empty();
    }

    private Optional<Reason> admit(
            PrimaryRecord own, Durability next, Indexed<Durability> found, Reason why, Deadline deadline) {
        Optional<Reason> obstacle = publish(next, found, why, deadline);
        if (obstacle.isEmpty()) {
            Tasks.join(CompletableFuture.allOf(replicas.passing(deadline).stream()
                    .map(instance -> CompletableFuture.runAsync(() -> begin(own, instance, deadline), ports.tasks()))
                    .toArray(CompletableFuture<?>[]::new)));
        }
        return obstacle;
    }

    /**
     * Has a member begin to acknowledge at once, by the role lock of its server and what is published under it (protocol P3): until it does,
     * nothing is promised. One that can't be reached does it by itself.
     */
    private void begin(PrimaryRecord own, ServiceInstance instance, Deadline deadline) {
        try (Mysql server = ports.servers().connect(new Address(instance.address(), instance.port()), deadline.atMost(BEGIN))) {
            ServerState state = server.read();
            boolean does = state.semiSync().filter(SemiSync::acknowledging).isPresent();
            if (!does && server.tryRoleLock(OTHERS_LOCK) && mayBegin(own, state, deadline)) {
                server.setAcknowledging(true);
            }
        } catch (MysqlException e) {
            LOG.debug("event=replica-silent node={} reason=\"{}\"", node.nodeOf(instance.id()), e.getMessage());
        }
    }

    private boolean mayBegin(PrimaryRecord own, ServerState replica, Deadline deadline) {
        boolean follows = replica.replication()
                .filter(r -> r.source().equals(node.address()) && r.user().equals(ReplicationAccount.userOf(replica.serverUuid())))
                .isPresent();
        boolean holds = lease.view(deadline) instanceof LeaseView.Mine mine && mine.record().term() == own.term();
        Optional<Durability> now = keys.durability(deadline).map(Indexed::value);
        return follows
                && holds
                && keys.foreignIntent(now, deadline).isEmpty()
                && now.filter(d -> d.mayBegin(replica.serverUuid(), own.term(), own.serverUuid())).isPresent();
    }

    /** Cut off, set, barrier, publish: in this order (protocol P1, P2), by the one hand on this server (P3). */
    private Optional<Reason> complete(
            Mysql local, PrimaryRecord own, AckDecision.Complete decision, Indexed<Durability> found, Deadline deadline) {
        if (!local.tryRoleLock(ROLE_LOCK)) {
            return Optional.of(new Reason("another hand holds this server's role lock"));
        }
        Optional<Reason> old = whyNot(own, found, deadline);
        if (old.isPresent()) {
            return old;
        }
        decision.cutOff().forEach(local::cutOff);
        require(local, decision.entry().acksRequired());
        try (Mysql barrier = ports.servers().connectLocal(deadline.atMost(BARRIER))) {
            barrier.heartbeat(own.term());
        } catch (MysqlException e) {
            return Optional.of(new Reason("the barrier has not passed: " + e.getMessage()));
        }
        return publish(decision.published(), found, decision.reason(), deadline);
    }

    private static void require(Mysql local, int acks) {
        if (acks > 0) {
            local.requireAcks(acks);
        } else {
            local.requireNoAcks();
        }
    }

    /** Read under the role lock. */
    private Optional<Reason> whyNot(PrimaryRecord own, Indexed<Durability> found, Deadline deadline) {
        boolean holds = lease.view(deadline) instanceof LeaseView.Mine mine && mine.record().term() == own.term();
        Optional<Indexed<Durability>> now = keys.durability(deadline);
        if (!holds || now.filter(d -> d.index() == found.index()).isEmpty()) {
            return Optional.of(new Reason("the lease or what is promised has changed meanwhile"));
        }
        return keys.foreignIntent(now.map(Indexed::value), deadline)
                .map(intent -> new Reason(intent.candidate() + " is taking over with term " + intent.term()));
    }

    /**
     * What the hand that holds a server's role lock has done there to those that are to acknowledge.
     *
     * @param letIn their uuids
     * @param othersCutOff whether nobody else can receive from it since then
     */
    record Admission(Set<String> letIn, boolean othersCutOff) {}

    /**
     * Before a server becomes writable, by the hand that holds its role lock: it waits for as many acknowledgements as its term begins with,
     * and those who are to give them are there (protocol P6). When they are not, the promise is changed to what is possible. A hand that points
     * nobody at this server lets go of the role lock while it only waits, and takes it again.
     *
     * @param seen what is promised, as it is since this node has the lease
     * @param admission of the servers that this hand points at this one; empty: it points none
     */
    Optional<Reason> prepare(
            Mysql local, PrimaryRecord own, Optional<Indexed<Durability>> seen, Optional<Admission> admission, Deadline deadline) {
        Deadline patience = deadline.atMost(BARRIER);
        Optional<Set<String>> pointed = admission.map(Admission::letIn);
        Optional<Set<String>> asked = pointed;
        Optional<Set<String>> admitted = admission.filter(Admission::othersCutOff).map(Admission::letIn);
        Optional<Integer> required = Optional.empty();
        Optional<Indexed<Durability>> found = seen;
        while (true) {
            Optional<Durability.Entry> entry = found.map(d -> d.value().newest()).filter(e -> isOf(own, e));
            if (entry.isEmpty()) {
                return Optional.of(new Reason("what is promised is not of term " + own.term()));
            }
            Optional<Set<String>> members = entry.map(Durability.Entry::ackSet);
            if (!asked.equals(members)) {
                // They may have been shut out, and for as long as this hand has the role lock no other one lets them in.
                members.get().forEach(uuid -> local.letIn(uuid, node.settings().accounts().replication().password()));
                asked = members;
            }
            int acks = entry.get().acksRequired();
            if (!required.equals(Optional.of(acks))) {
                require(local, acks);
                required = Optional.of(acks);
            }
            boolean enough = local.listeners() >= acks;
            if (enough && admitted.equals(members)) {
                return Optional.empty();
            }
            if (!admitted.equals(members) && (enough || pointed.equals(members))) {
                // Last, and again when the promise was changed: who has left it by that might come back; who is to join it gets in until then.
                // Those who are pointed at this server by this hand need a moment to connect, and nobody else does.
                local.cutOffOthers(members.get());
                admitted = members;
                continue;
            }
            Optional<Reason> obstacle = admission.isPresent()
                    ? awaitMembers(local, own, found.get(), patience, patience.atMost(LISTEN), deadline)
                    : withoutRoleLock(local, own, found.get(), patience, deadline);
            if (obstacle.isPresent()) {
                return obstacle;
            }
            if (admission.isEmpty()) {
                // Another hand may have had the role lock meanwhile, to fence this server or to let somebody in: all of it is done anew.
                asked = Optional.empty();
                required = Optional.empty();
                admitted = Optional.empty();
            }
            found = keys.durability(deadline);
        }
    }

    /** Who is to acknowledge may need the role lock of this server to come back, and asks for it only when its hooks run. */
    private Optional<Reason> withoutRoleLock(Mysql local, PrimaryRecord own, Indexed<Durability> found, Deadline patience, Deadline deadline) {
        local.releaseRoleLock();
        Optional<Reason> obstacle = awaitMembers(local, own, found, patience, patience, deadline);
        return obstacle.isPresent() || local.tryRoleLock(ROLE_LOCK)
                ? obstacle
                : Optional.of(new Reason("another hand holds this server's role lock"));
    }

    /** Empty: look again, somebody may be there by now or less be asked for. */
    private Optional<Reason> awaitMembers(
            Mysql local, PrimaryRecord own, Indexed<Durability> found, Deadline patience, Deadline look, Deadline deadline) {
        if (!patience.expired()) {
            ports.poll().until(look, BRIEFLY, () -> Optional.of(local.listeners()).filter(n -> n >= found.value().newest().acksRequired()));
            return Optional.empty();
        }
        Optional<Reason> obstacle = deadline.remaining().compareTo(LOOK) < 0 ? Optional.of(NO_TIME) : change(local, own, found, deadline);
        return obstacle.or(() -> Optional.of(NO_TIME).filter(_ -> deadline.expired()));
    }

    private Optional<Reason> change(Mysql local, PrimaryRecord own, Indexed<Durability> found, Deadline deadline) {
        return switch (AckRule.beforeWrites(view(local, own, found.value(), deadline))) {
            case AckDecision.Announce announce -> publish(announce.published(), found, announce.reason(), deadline);
            case AckDecision.Admit admit -> publish(admit.published(), found, admit.reason(), deadline);
            case AckDecision.Wait wait -> Optional.of(wait.reason());
            case AckDecision.Keep keep -> Optional.empty();
            case AckDecision.Complete complete -> Optional.empty();
        };
    }

    /** After the first commits of a term: what it began with is proven. False: somebody was faster, the next run looks again. */
    boolean settle(PrimaryRecord own, Deadline deadline) {
        return keys.durability(deadline)
                .filter(d -> isOf(own, d.value().newest()))
                .filter(d -> d.value().next().isEmpty()
                        || publish(
                                        d.value().settled(d.value().newest()),
                                        d,
                                        new Reason("the barrier of term " + own.term() + " has passed"),
                                        deadline)
                                .isEmpty())
                .isPresent();
    }

    private static boolean isOf(PrimaryRecord own, Durability.Entry entry) {
        return entry.term() == own.term() && entry.primaryUuid().equals(own.serverUuid());
    }

    /** What one look at this server and at the catalog tells; else the replicas are asked. */
    private boolean isSettled(PrimaryRecord own, ServerState mysqld, Durability seen, Deadline deadline) {
        Durability.Entry proven = seen.proven();
        boolean asPromised = mysqld.semiSync()
                .filter(s -> s.sourceOn() == (proven.acksRequired() > 0)
                        && (!s.sourceOn() || s.acksRequired() == proven.acksRequired())
                        && s.listeners() == proven.ackSet().size())
                .isPresent();
        return asPromised
                && seen.next().isEmpty()
                && seen.leaving().isEmpty()
                && isOf(own, proven)
                && replicas.passing(deadline).size() == proven.ackSet().size();
    }

    private AckView view(Mysql local, PrimaryRecord own, Durability durability, Deadline deadline) {
        GtidSet before = local.executed();
        List<Replicas.Seen> seen = replicas.look(deadline);
        Deadline patience = deadline.atMost(RETURN);
        while (isMissing(durability, seen) && !patience.expired()) {
            ports.sleeper().sleep(PAUSE.multipliedBy(4));
            seen = replicas.look(deadline);
        }
        GtidSet after = local.executed();
        SemiSync source = local.read().semiSync().orElseThrow(() -> new IllegalStateException("this server can't be lossless"));
        return new AckView(
                own.term(),
                own.serverUuid(),
                durability,
                source,
                seen.stream().map(s -> s.toReplica(before, after, own, node)).toList(),
                node.settings().replication().acks());
    }

    private boolean isMissing(Durability durability, List<Replicas.Seen> seen) {
        return durability.newest().ackSet().stream()
                .anyMatch(member -> seen.stream().noneMatch(s -> s.isReceiving(node.address()) && s.state().serverUuid().equals(member)));
    }
}
