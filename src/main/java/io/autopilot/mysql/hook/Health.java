package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.HealthDecision;
import io.autopilot.mysql.core.HealthDecision.Role;
import io.autopilot.mysql.core.HealthRule;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.NodeView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.Discarded;
import io.autopilot.mysql.port.LocalState.HookLock;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Keeps this node in the role the cluster gives it (design, Hooks). Level-triggered: called again and again it brings any state right (G6). */
public final class Health implements Hook {
    private static final Duration PAUSE = Duration.ofMillis(250);
    /** A hook that holds the lock for longer is doing this one's work. */
    private static final Duration LOCK = Duration.ofSeconds(2);

    /** What a fence takes on a busy machine. */
    private static final Duration FOR_FENCE = Duration.ofMillis(700);

    private static final Duration LEAST_LOOK = Duration.ofMillis(100);

    /** What a health run can spare; a node that needs longer is noted by a later one. */

    private static final Duration COMMIT = Duration.ofSeconds(2);
    /** A killed process, with room for what its wrapper does after it. */
    private static final Duration ENDS = Duration.ofSeconds(1);
    /** For a take-over that another node has announced: that it ends, or is taken back. */
    private static final Duration OTHERS_TURN = Duration.ofSeconds(1);

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final ClusterKeys keys;
    private final Observer observer;
    private final Services services;
    private final Provisioning provisioning;
    private final Acks acks;
    private final Promotion promotion;
    private final TakeOver takeOver;
    private final Following following;
    private final Fence fence;
    private final Joining joining;
    private final ConsulSilence silence;

    public Health(Node node, Ports ports) {
        this.keys = new ClusterKeys(node, ports.consul());
        this.node = node;
        this.ports = ports;
        this.lease = new Lease(node, ports.consul(), ports.state());
        this.observer = new Observer(node, ports, lease, keys);
        this.services = new Services(node, ports.consul());
        this.provisioning = new Provisioning(node, ports);
        this.acks = new Acks(node, ports, lease, keys);
        this.promotion = new Promotion(node, ports, lease, keys, services, acks);
        this.fence = new Fence(ports);
        this.takeOver = new TakeOver(node, ports, fence, lease, keys, promotion);
        this.following = new Following(node, ports, fence, lease, keys);
        this.joining = new Joining(ports);
        this.silence = new ConsulSilence(ports.state(), ports.ticker(), node.settings().lease());
    }

    @Override
    public Outcome run(Deadline deadline) {
        Optional<HookLock> lock = ports.state().tryLock(deadline.atMost(LOCK));
        if (lock.isEmpty()) {
            return Outcome.notHealthy("Busy", new Reason("another hook of this node is at work"));
        }
        HookLock held = lock.get();
        try {
            return ports.state().stopping()
                    ? Outcome.notHealthy("Stopping", new Reason("this container is being stopped"))
                    : observeAndAct(deadline);
        } catch (ConsulException e) {
            return Outcome.notHealthy("Interrupted", new Reason("Consul failed on the way: " + e.getMessage()));
        } catch (MysqlException e) {
            return Outcome.notHealthy("Interrupted", new Reason("mysqld failed on the way: " + e.getMessage()));
        } finally {
            held.close();
        }
    }

    private Outcome observeAndAct(Deadline deadline) {
        Observation seen = observer.observe(deadline);
        Duration look = timeForAnotherLook(deadline);
        while (isWritableWithoutConsul(seen.view()) && look.compareTo(LEAST_LOOK) >= 0) {
            // Consul may answer before the right to write ends; if not, the fence is raised then, or now when the next run may be too late.
            ports.sleeper().sleep(PAUSE);
            seen = observer.observe(deadline, look);
            look = timeForAnotherLook(deadline);
        }
        Optional<Discarded> discarded = ports.state().discarded();
        if (discarded.isPresent()) {
            // Its server only waits for its stop: no role, no source, no election with data that is given up.
            return Outcome.notHealthy("Rebuild", new Reason("this node is made anew: " + discarded.get().why()));
        }
        Optional<ServerState> mysqld = seen.view().mysqld();
        if (mysqld.isPresent() && provisioning.complete(mysqld.get(), deadline)) {
            seen = observer.observe(deadline);
        }
        HealthDecision decision = HealthRule.decide(seen.view());
        Deadline turn = deadline.atMost(OTHERS_TURN);
        while (decision instanceof HealthDecision.StandBy && seen.view().foreignIntent().isPresent() && !turn.expired()) {
            // It may yield to this node: two whose runs begin at the same time would else never meet.
            ports.sleeper().sleep(OTHERS_TURN.dividedBy(4));
            seen = observer.observe(deadline);
            decision = HealthRule.decide(seen.view());
        }
        if (!(decision instanceof HealthDecision.TakeOver)) {
            // An announcement bars everybody else: it must not outlive the decision that it was made for.
            keys.withdrawIntent(seen.durability(), seen.durabilityIndex(), deadline);
        }
        return act(decision, seen, deadline);
    }

    /** For which Consul may be silent, and the fence still fits into the right to write and into this run. */
    private Duration timeForAnotherLook(Deadline deadline) {
        Duration right = lease.mayWriteFor(ports.ticker().uptime());
        Duration run = deadline.remaining();
        return (right.compareTo(run) < 0 ? right : run).minus(PAUSE).minus(FOR_FENCE);
    }

    private static boolean isWritableWithoutConsul(NodeView view) {
        return view.lease() instanceof LeaseView.Unknown
                && !view.writesUntilFenced()
                && view.mysqld().filter(ServerState::writable).isPresent();
    }

    private Outcome act(HealthDecision decision, Observation seen, Deadline deadline) {
        return switch (decision) {
            case HealthDecision.Serve serve -> serve(serve, seen, deadline);
            case HealthDecision.Fence stop -> fence(stop, seen, deadline);
            case HealthDecision.EndServer end -> end(end, seen, deadline);
            case HealthDecision.BecomeWritable become ->
                outcome(become, promotion.becomeWritable(become.term(), become.reason(), deadline));
            case HealthDecision.TakeLease take -> takeLease(take, seen, deadline);
            case HealthDecision.TakeOver take ->
                outcome(take, takeOver.run(take, seen.view(), seen.config(), deadline));
            case HealthDecision.Acknowledge acknowledge -> outcome(acknowledge, following.acknowledge(acknowledge, deadline));
            case HealthDecision.ServeAlone alone -> serveAlone(alone, seen, deadline);
            case HealthDecision.ReleaseLease release -> release(release, seen, deadline);
            case HealthDecision.Follow follow -> {
                Optional<Reason> obstacle = following.run(follow, deadline);
                if (obstacle.isEmpty()) {
                    tellThePrimary(seen.view(), deadline);
                    joining.noteThatItJoined(seen.view(), deadline);
                }
                yield outcome(follow, obstacle);
            }
            case HealthDecision.Decline decline -> {
                keys.decline(seen.durability(), seen.durabilityIndex(), deadline);
                yield Outcome.notHealthy(decline, decline.reason());
            }
            case HealthDecision.Rest rest -> {
                joining.noteThatItFollows(seen.view());
                services.withdraw(deadline);
                yield Outcome.done(rest, rest.reason());
            }
            case HealthDecision.StandBy standBy -> {
                if (seen.view().mysqld().isEmpty() && !(seen.view().lease() instanceof LeaseView.Unknown)) {
                    services.withdraw(deadline);
                }
                yield Outcome.notHealthy(standBy, standBy.reason());
            }
            case HealthDecision.StayOut stayOut -> {
                if (!(seen.view().lease() instanceof LeaseView.Unknown)) {
                    services.withdraw(deadline);
                }
                yield Outcome.notHealthy(stayOut, stayOut.reason());
            }
            case HealthDecision.Diverged diverged -> {
                services.withdraw(deadline);
                ports.state().writeDiverged();
                yield Outcome.notHealthy(diverged, diverged.reason());
            }
        };
    }

    private static Outcome outcome(HealthDecision decision, Optional<Reason> obstacle) {
        return obstacle.map(reason -> Outcome.notHealthy(decision, new Reason(decision.reason() + "; not yet: " + reason)))
                .orElseGet(() -> Outcome.done(decision, decision.reason()));
    }

    private Outcome serve(HealthDecision.Serve serve, Observation seen, Deadline deadline) {
        Optional<MysqldStart> start = ports.state().mysqldStart();
        if (start.isEmpty()) {
            return Outcome.notHealthy(serve, new Reason("mysqld ended meanwhile"));
        }
        switch (serve.role()) {
            case PRIMARY -> {
                Optional<Outcome> obstacle = servePrimary(serve, seen, start.get(), deadline);
                if (obstacle.isPresent()) {
                    return obstacle.get();
                }
            }
            case REPLICA -> joining.noteThatItFollows(seen.view());
        }
        if (seen.view().mysqld().filter(ServerState::offline).isPresent()) {
            letClientsIn(deadline);
        }
        services.keep(serve.role(), serve.reason().text(), deadline);
        return Outcome.done(serve, serve.reason());
    }

    /** Empty: its writes are acknowledged. */
    private Optional<Outcome> servePrimary(HealthDecision.Serve serve, Observation seen, MysqldStart start, Deadline deadline) {
        try {
            Optional<Reason> waiting = keepAcks(seen, deadline);
            if (waiting.isPresent()) {
                return Optional.of(Outcome.notHealthy(serve, new Reason(serve.reason() + "; writes wait: " + waiting.get())));
            }
            return proveAndPublish(seen, start, deadline)
                    ? Optional.empty()
                    : Optional.of(Outcome.notHealthy(serve, new Reason("the lease was lost meanwhile")));
        } catch (MysqlException e) {
            // Late runs of this hook may be why none was acknowledged before; this one has asked.
            return Optional.of(end(HealthRule.endOfUselessServer(seen.view()).orElseThrow(() -> e), seen, deadline));
        }
    }

    private Outcome end(HealthDecision.EndServer end, Observation seen, Deadline deadline) {
        Optional<MysqldStart> ended = ports.state().mysqldStart();
        fence.end(end.reason());
        boolean isDown = ports.poll()
                .until(deadline.atMost(ENDS), PAUSE, () -> Optional.of(true).filter(yes -> !ports.state().mysqldStart().equals(ended)))
                .isPresent();
        if (isDown) {
            // The next run would, too, but could only say that it died.
            release(new HealthDecision.ReleaseLease(end.reason()), seen, deadline);
        }
        return Outcome.notHealthy(end, end.reason());
    }

    private Optional<Reason> keepAcks(Observation seen, Deadline deadline) {
        if (silence.hasJustEnded()) {
            // Replicas that have not come to report yet aren't lost. Whether writes are acknowledged the next commit tells.
            return Optional.empty();
        }
        return seen.view().isLossless() && seen.view().lease() instanceof LeaseView.Mine mine
                ? acks.keep(
                        mine.record(),
                        seen.view().mysqld().orElseThrow(),
                        new Indexed<>(seen.durability().orElseThrow(), seen.durabilityIndex()),
                        deadline)
                : Optional.empty();
    }

    private void letClientsIn(Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            local.setOffline(false);
        }
    }

    /** The acknowledgement of a commit is the proof that no successor has cut this primary off. */
    private Outcome serveAlone(HealthDecision.ServeAlone alone, Observation seen, Deadline deadline) {
        Optional<MysqldStart> start = ports.state().mysqldStart();
        try (Mysql local = ports.servers().connectLocal(deadline.atMost(COMMIT))) {
            local.heartbeat(seen.view().mysqld().map(ServerState::journalTerm).orElse(0L));
        }
        start.ifPresent(s -> lease.extendRight(seen.heartbeatBegan(), s, Durability.Mode.LOSSLESS));
        return Outcome.done(alone, alone.reason());
    }

    /** A commit that hangs or fails proves that this primary is of no use: the right to write is not extended then. */
    private boolean proveAndPublish(Observation seen, MysqldStart start, Deadline deadline) {
        GtidSet executed;
        try (Mysql local = ports.servers().connectLocal(deadline.atMost(COMMIT))) {
            local.heartbeat(seen.view().knownTerm());
            executed = local.executed();
        }
        lease.extendRight(
                seen.heartbeatBegan(), start, seen.view().isLossless() ? Durability.Mode.LOSSLESS : Durability.Mode.ASYNC);
        return seen.view().lease() instanceof LeaseView.Mine mine
                && lease.publish(mine.record().at(node.address()).withExecuted(executed).provedAt(now()), deadline);
    }

    private Instant now() {
        return ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** A server that is to become a member is none before the primary has looked; by itself it does so an interval later. */
    private void tellThePrimary(NodeView view, Deadline deadline) {
        if (view.isLossless() && view.lease() instanceof LeaseView.Other other && !isMember(view, other.record())) {
            services.ringBell(other.record().node(), ports.ticker().uptime().toMillis(), deadline);
        }
    }

    private static boolean isMember(NodeView view, PrimaryRecord primary) {
        return view.mysqld()
                .flatMap(mysqld -> view.durability()
                        .filter(d -> d.isMember(mysqld.serverUuid(), primary.term(), primary.serverUuid())))
                .isPresent();
    }

    private Outcome fence(HealthDecision.Fence stop, Observation seen, Deadline deadline) {
        fence.raise(deadline);
        if (!(seen.view().lease() instanceof LeaseView.Unknown)) {
            services.withdraw(deadline);
        }
        return Outcome.notHealthy(stop, stop.reason());
    }

    private Outcome takeLease(HealthDecision.TakeLease take, Observation seen, Deadline deadline) {
        Optional<Reason> obstacle = seen.view()
                .mysqld()
                .flatMap(mysqld -> promotion.tryTakeLease(take.term(), seen, mysqld, take.reason(), deadline))
                .or(() -> promotion.becomeWritable(take.term(), take.reason(), deadline));
        return outcome(take, obstacle);
    }

    private Outcome release(HealthDecision.ReleaseLease release, Observation seen, Deadline deadline) {
        services.withdraw(deadline);
        if (seen.view().lease() instanceof LeaseView.Mine mine) {
            PrimaryRecord record = mine.record();
            lease.release(record, release.reason(), deadline);
            // The crash has been dealt with.
            ports.state().deleteWritable();
        }
        return Outcome.notHealthy(release, release.reason());
    }
}
