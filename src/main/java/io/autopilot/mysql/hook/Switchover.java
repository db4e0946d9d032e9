package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.HandOverResult;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SwitchoverDecision;
import io.autopilot.mysql.core.SwitchoverDecision.Verdict;
import io.autopilot.mysql.core.SwitchoverRule;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.HookLock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An operator's switchover, on the primary's node: hands over to a replica and follows it, or writes on (design, Switchover; protocol P8).
 */
public final class Switchover implements Hook {
    /** For how long writes may stop unless told otherwise, and between which bounds. */
    public static final Duration WRITE_STOP = Duration.ofSeconds(5);

    public static final Duration SHORTEST_WRITE_STOP = Duration.ofSeconds(2);
    public static final Duration LONGEST_WRITE_STOP = Duration.ofSeconds(8);

    /** The decision when the target took over and was lost before it accepted writes. */
    private static final String REPLACED = "Replaced";

    /** A health run may be at work. */
    private static final Duration SETTLING = Duration.ofSeconds(2);
    private static final Duration LOCK = Duration.ofSeconds(6);

    private final Node node;
    private final Ports ports;
    private final Optional<String> to;
    private final Duration writeStop;
    private final Lease lease;
    private final SwitchoverObserver observer;
    private final HandOver handOver;

    /**
     * @param to the target; empty for the most advanced healthy replica
     * @param writeStop how long writes may stop, the undo included
     */
    public Switchover(Node node, Ports ports, Optional<String> to, Duration writeStop) {
        ClusterKeys keys = new ClusterKeys(node, ports.consul());
        Services services = new Services(node, ports.consul());
        this.node = node;
        this.ports = ports;
        this.to = to;
        this.writeStop = writeStop;
        this.lease = new Lease(node, ports.consul(), ports.state());
        this.observer = new SwitchoverObserver(node, ports);
        Promotion promotion = new Promotion(node, ports, lease, keys, services, new Acks(node, ports, lease, keys));
        WriteStop stop = new WriteStop(node, ports, lease, keys, promotion, true, ports.state()::stopping);
        this.handOver = new HandOver(node, ports, lease, keys, services, stop);
    }

    @Override
    public Outcome run(Deadline deadline) {
        Optional<HookLock> lock = ports.state().tryLock(deadline.atMost(LOCK));
        if (lock.isEmpty()) {
            return Outcome.tryLater("Busy", new Reason("another hook of this node is at work"));
        }
        Outcome outcome;
        try {
            outcome = ports.state().stopping()
                    ? Outcome.tryLater("Stopping", new Reason("this container is being stopped, which hands over by itself"))
                    : decideAndAct(deadline);
        } finally {
            lock.get().close();
        }
        if (outcome.isDone() || outcome.decision().equals(REPLACED)) {
            // What is left for this node, a replica now, needs no hurry: health does it again should this fail.
            new Health(node, ports).run(deadline);
        }
        return outcome;
    }

    private Outcome decideAndAct(Deadline deadline) {
        lease.heartbeat(deadline);
        Optional<PrimaryRecord> record = lease.view(deadline) instanceof LeaseView.Mine mine ? Optional.of(mine.record()) : Optional.empty();
        if (record.isEmpty()) {
            return Outcome.tryLater("Refuse", new Reason(node.name() + " is not the primary any more"));
        }
        return switch (decide(deadline)) {
            case SwitchoverDecision.HandOverTo go -> handOver(record.get(), go.verdicts(), deadline);
            case SwitchoverDecision.NothingToDo nothing -> Outcome.done(nothing, nothing.reason());
            case SwitchoverDecision.Refuse refuse -> Outcome.notHealthy(refuse, refuse.reason());
            case SwitchoverDecision.UnknownNode unknown -> Outcome.notHealthy(unknown, unknown.reason());
        };
    }

    /** A receiver that has just begun to acknowledge was stopped for a moment: what speaks against a replica now may be over at once. */
    private SwitchoverDecision decide(Deadline deadline) {
        Deadline patience = deadline.atMost(SETTLING);
        while (true) {
            SwitchoverDecision decision = SwitchoverRule.decide(observer.observe(to, true, deadline));
            if (!(decision instanceof SwitchoverDecision.Refuse) || patience.expired()) {
                return decision;
            }
            ports.sleeper().sleep(SETTLING.dividedBy(4));
        }
    }

    /** To nobody but the node that was named, if one was. */
    private Outcome handOver(PrimaryRecord record, List<Verdict> verdicts, Deadline deadline) {
        List<Verdict> candidates = verdicts.stream().filter(Verdict::fit).limit(to.isPresent() ? 1 : verdicts.size()).toList();
        HandOverResult result = handOver.run(record, candidates, writeStop, deadline);
        return switch (result) {
            // No success for who named another node, though there is nothing left to do here.
            case HandOverResult.Done done ->
                to.filter(named -> !named.equals(done.primary())).isPresent()
                        ? Outcome.notHealthy(REPLACED, done.reason())
                        : Outcome.done("Switchover", done.reason());
            case HandOverResult.Undone undone ->
                Outcome.tryLater("Undone", new Reason(node.name() + " writes on; " + undone.reason()));
            case HandOverResult.Unclear unclear -> Outcome.notHealthy("Unclear", unclear.reason());
        };
    }
}
