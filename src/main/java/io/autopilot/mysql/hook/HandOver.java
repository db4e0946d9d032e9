package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.HandOverResult;
import io.autopilot.mysql.core.HealthDecision.Role;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SwitchoverDecision.Verdict;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.hook.WriteStop.Attempt;
import io.autopilot.mysql.hook.WriteStop.Withdrawal;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The old primary's side of a switchover (protocol P8); {@link Successor} is the other one. While this server still writes: announce, let the
 * successor wake and get ready, let it catch up. Then comes the {@link WriteStop}.
 */
final class HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** Each of several candidates has so long to answer; the only one twice that, since a JVM takes seconds to start on a busy machine. */
    private static final Duration ANSWER = Duration.ofSeconds(4);

    private static final int MOST_ASKED = 3;
    private static final Duration CATCH_UP = Duration.ofSeconds(6);
    /** A replica that applies what is there now within this time adds no more than it to the write stop. */
    private static final Duration CLOSE = Duration.ofMillis(400);

    private static final Duration ONE_CALL = Duration.ofSeconds(1);
    /** The right to write, and the place in the catalog, are kept up this often by what takes longer. */
    private static final Duration UPKEEP = Duration.ofSeconds(1);

    /** What has to be left for the last steps when writes stop. */
    private static final Duration RESERVE = Duration.ofSeconds(2);

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final ClusterKeys keys;
    private final Services services;
    private final WriteStop writeStop;
    private Optional<Duration> keptUp = Optional.empty();

    HandOver(Node node, Ports ports, Lease lease, ClusterKeys keys, Services services, WriteStop writeStop) {
        this.node = node;
        this.ports = ports;
        this.lease = lease;
        this.keys = keys;
        this.services = services;
        this.writeStop = writeStop;
    }

    /**
     * Hands over to the first of these that answers; none or one of them is the primary afterwards.
     *
     * @param record this node's, as the lease has it
     * @param longest how long writes may stop, the undo included
     */
    HandOverResult run(PrimaryRecord record, List<Verdict> candidates, Duration longest, Deadline deadline) {
        List<Verdict> asked = candidates.stream().limit(MOST_ASKED).toList();
        try {
            Optional<Attempt> attempt = awaken(record, asked, deadline);
            Optional<Reason> obstacle = attempt.isEmpty()
                    ? Optional.of(new Reason("no hook answered within " + patience(asked).toSeconds() + " s on " + names(asked)))
                    : catchUp(attempt.get(), deadline).or(() -> keepUp(deadline)).or(() -> noTimeFor(longest, deadline));
            return obstacle.isPresent()
                    ? withdraw(record, obstacle.get(), deadline)
                    : writeStop.run(attempt.get(), longest, deadline);
        } catch (ConsulException | MysqlException e) {
            // Writes went on all the time: the write stop itself lets no exception out.
            return withdraw(record, new Reason(String.valueOf(e.getMessage())), deadline);
        }
    }

    private static Duration patience(List<Verdict> asked) {
        return asked.size() == 1 ? ANSWER.multipliedBy(2) : ANSWER;
    }

    private static String names(List<Verdict> candidates) {
        return candidates.stream().map(Verdict::node).collect(Collectors.joining(", "));
    }

    /** What isn't taken back stays as it is: nobody can take over by an announcement that says no set, and the next one replaces it. */
    private HandOverResult withdraw(PrimaryRecord record, Reason why, Deadline deadline) {
        Withdrawal withdrawal = writeStop.takeBack(record, deadline.atMost(RESERVE));
        LOG.warn("event=switchover outcome=undone gap_ms=0 reason=\"{}\"", why);
        return switch (withdrawal) {
            case DONE, UNKNOWN -> new HandOverResult.Undone(Optional.empty(), why);
            case TAKEN -> new HandOverResult.Unclear(why);
        };
    }

    /** The best one that answers: one that is silent may be on its way out itself. */
    private Optional<Attempt> awaken(PrimaryRecord record, List<Verdict> candidates, Deadline deadline) {
        for (Verdict candidate : candidates) {
            Durability.HandOver handOver = new Durability.HandOver(record.term() + 1, node.name(), candidate.node(), Optional.empty());
            LOG.info("event=hand-over to={} term={}", candidate.node(), handOver.term());
            Optional<Indexed<Durability>> announced = keys.announce(handOver, deadline);
            services.ringBell(candidate.node(), announced.map(Indexed::index).orElse(0L), deadline);
            if (announced.isPresent() && answers(handOver, announced.get().index(), patience(candidates), deadline)) {
                return Optional.of(new Attempt(record, handOver, announced.get(), candidate.address()));
            }
        }
        return Optional.empty();
    }

    /** The start of the successor's hook, and all that it can do before, are no part of the write gap. */
    private boolean answers(Durability.HandOver handOver, long index, Duration patience, Deadline deadline) {
        boolean answered = ports.poll()
                .until(
                        deadline.atMost(patience),
                        PAUSE,
                        () -> keepUp(deadline).isPresent()
                                ? Optional.of(false)
                                : keys.isAnswered(handOver, index, deadline) ? Optional.of(true) : Optional.empty())
                .orElse(false);
        LOG.info("event=successor-{} node={}", answered ? "awake" : "silent", handOver.to());
        return answered;
    }

    /** While this server still writes: what is left for the write stop gets small, or nothing is stopped at all. Empty: it is close. */
    private Optional<Reason> catchUp(Attempt attempt, Deadline deadline) {
        Deadline patience = deadline.atMost(CATCH_UP);
        try (Mysql local = ports.servers().connectLocal(deadline);
                Mysql replica = ports.servers().connect(attempt.address(), patience)) {
            GtidSet now = local.executed();
            while (!replica.awaitApplied(now, CLOSE)) {
                GtidSet missing = now.minus(replica.executed());
                LOG.info("event=catch-up node={} missing={}", attempt.to(), missing);
                if (patience.expired()) {
                    return Optional.of(new Reason(attempt.to() + " did not catch up within " + CATCH_UP.toSeconds()
                            + " s while writes went on: it lacked " + missing.count() + " transactions"));
                }
                Optional<Reason> lost = keepUp(deadline);
                if (lost.isPresent()) {
                    return lost;
                }
                now = local.executed();
            }
            return Optional.empty();
        }
    }

    /** Health doesn't run meanwhile, since the hooks' lock is held. Empty: this node may go on. */
    private Optional<Reason> keepUp(Deadline deadline) {
        if (writeStop.isCancelled()) {
            return Optional.of(new Reason("this container is being stopped"));
        }
        Duration now = ports.ticker().uptime();
        if (keptUp.filter(then -> now.minus(then).compareTo(UPKEEP) < 0).isPresent()) {
            return Optional.empty();
        }
        try (Mysql local = ports.servers().connectLocal(deadline.atMost(ONE_CALL))) {
            if (!lease.tryExtendRight(local, ports.ticker(), deadline)) {
                return Optional.of(new Reason("the lease could not be proved"));
            }
        }
        services.keep(Role.PRIMARY, "hands over", deadline);
        keptUp = Optional.of(now);
        return Optional.empty();
    }

    private static Optional<Reason> noTimeFor(Duration longest, Deadline deadline) {
        return deadline.remaining().compareTo(longest.plus(RESERVE)) < 0
                ? Optional.of(new Reason("getting ready took so long that no time was left to stop writes for " + longest.toMillis() + " ms"))
                : Optional.empty();
    }
}
