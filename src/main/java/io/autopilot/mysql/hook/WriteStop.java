package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.HandOverResult;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a switchover in which nobody writes (protocol P8): stop writes, permit the take-over by the set that the successor must hold,
 * wait. Whoever changes durability next decides: the successor by its take-over, or this node by taking the announcement back. A run that is
 * killed leaves it to the next run of health, which begins a new term by a change of durability, too.
 */
final class WriteStop {
    private static final Logger LOG = LoggerFactory.getLogger(WriteStop.class);
    private static final Duration ESTABLISHED = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration ROLE_LOCK = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration ONE_CALL = Duration.ofSeconds(1);
    /** Out of the time that writes may stop: what taking back and writing again needs. */
    private static final Duration FOR_UNDO = Duration.ofSeconds(1);
    /** For an undo that is held up: until then, it is better than what the next run of health has to do. */
    private static final Duration LONGEST_UNDO = Duration.ofSeconds(8);

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final ClusterKeys keys;
    private final Promotion promotion;
    private final boolean writesAgain;
    private final BooleanSupplier cancelled;

    /**
     * @param writesAgain whether an undo makes this server writable again; else it stays fenced
     * @param cancelled whether the switchover isn't wanted any longer; asked until the successor has the lease
     */
    WriteStop(
            Node node,
            Ports ports,
            Lease lease,
            ClusterKeys keys,
            Promotion promotion,
            boolean writesAgain,
            BooleanSupplier cancelled) {
        this.node = node;
        this.ports = ports;
        this.lease = lease;
        this.keys = keys;
        this.promotion = promotion;
        this.writesAgain = writesAgain;
        this.cancelled = cancelled;
    }

    /**
     * A hand-over whose successor is ready.
     *
     * @param record this node's, as the lease has it
     * @param durability with the announcement
     * @param address the successor's
     */
    record Attempt(PrimaryRecord record, Durability.HandOver announced, Indexed<Durability> durability, Address address) {
        String to() {
            return announced.to();
        }
    }

    /** What became of taking an announcement back. */
    enum Withdrawal {
        /** Nobody can take over by it. */
        DONE,
        /** Somebody has. */
        TAKEN,
        UNKNOWN
    }

    boolean isCancelled() {
        return cancelled.getAsBoolean();
    }

    /**
     * Throws only before writes have stopped.
     *
     * @param longest how long writes may stop, the undo included
     */
    HandOverResult run(Attempt attempt, Duration longest, Deadline deadline) {
        long leaseIndex = ports.consul().get(node.leaseKey(), deadline).map(KvEntry::modifyIndex).orElse(0L);
        Duration began;
        Optional<String> tooSlow;
        // Opened before the stop, and for so short that a client's statement that holds it up leaves time for the undo.
        try (Mysql local = ports.servers().connectLocal(deadline.atMost(longest.minus(FOR_UNDO).dividedBy(3)))) {
            if (!local.seizeRoleLock(ROLE_LOCK)) {
                takeBack(attempt.record(), deadline.atMost(FOR_UNDO));
                return new HandOverResult.Undone(Optional.empty(), new Reason("another hand holds the role lock of " + node.name()));
            }
            began = ports.ticker().uptime();
            tooSlow = stop(attempt, local, deadline);
        }
        Deadline end = Deadline.at(began.plus(longest), ports.ticker());
        return tooSlow.or(() -> awaitTakeOver(attempt, leaseIndex, end.lessBy(FOR_UNDO)))
                .map(why -> undo(attempt, why, leaseIndex, began, deadline))
                .orElseGet(() -> awaitEstablished(attempt, leaseIndex, began, deadline));
    }

    /** Empty: writes have stopped and the take-over is permitted. */
    private Optional<String> stop(Attempt attempt, Mysql local, Deadline deadline) {
        try {
            // The replicas live and acknowledge, so that nothing has to come before it (protocol P5); only its return counts.
            local.makeReadOnly();
            GtidSet last = local.executed();
            if (!permit(attempt, last, deadline)) {
                return Optional.of("the announcement was changed by somebody else");
            }
            LOG.info("event=writes-stopped to={} must-hold={}", attempt.to(), last);
        } catch (MysqlException e) {
            return Optional.of("the write stop took too long or failed: " + e.getMessage());
        } catch (ConsulException e) {
            return Optional.of("Consul failed after writes had stopped: " + e.getMessage());
        }
        letClientsGo(local);
        return Optional.empty();
    }

    private boolean permit(Attempt attempt, GtidSet last, Deadline deadline) {
        Durability.HandOver permitted = new Durability.HandOver(
                attempt.announced().term(), attempt.announced().from(), attempt.to(), Optional.of(last));
        return keys.writeHandOver(attempt.durability(), Optional.of(permitted), deadline.atMost(ONE_CALL));
    }

    /** The successor is at work already. A client that stays meets a server that takes no writes: no reason to undo. */
    private void letClientsGo(Mysql local) {
        ports.state().deleteWritable();
        try {
            LOG.info("event=clients-killed count={}", local.killClients());
        } catch (MysqlException e) {
            LOG.warn("event=clients-not-killed reason=\"{}\"", e.getMessage());
        }
    }

    /** Empty: the successor has the lease. */
    private Optional<String> awaitTakeOver(Attempt attempt, long leaseIndex, Deadline end) {
        Optional<String> trouble = Optional.empty();
        long seen = leaseIndex;
        while (!end.expired()) {
            if (isCancelled()) {
                return Optional.of("this container is being stopped");
            }
            try {
                Optional<KvEntry> now = ports.consul().awaitChange(node.leaseKey(), seen, LOOK, end);
                if (higherTerm(attempt, now).isPresent()) {
                    return Optional.empty();
                }
                // It also changes when this node's session ends; of a change that is known already Consul would tell at once, again and again.
                seen = now.map(KvEntry::modifyIndex).orElse(seen);
                // Until it is taken over, the lease must not fall to somebody else.
                lease.heartbeat(end);
            } catch (ConsulException e) {
                trouble = Optional.of("; Consul: " + e.getMessage());
                ports.sleeper().sleep(PAUSE);
            }
        }
        return Optional.of("had not taken over in time" + trouble.orElse(""));
    }

    private Optional<PrimaryRecord> awaitHigherTerm(Attempt attempt, long leaseIndex, Deadline deadline) {
        return higherTerm(attempt, ports.consul().awaitChange(node.leaseKey(), leaseIndex, LOOK, deadline));
    }

    private static Optional<PrimaryRecord> higherTerm(Attempt attempt, Optional<KvEntry> lease) {
        return lease.map(e -> ClusterRecords.readPrimary(e.key(), e.value()))
                .filter(record -> record.term() > attempt.record().term());
    }

    /** Not for long: meanwhile no other hook runs on this node, which may have to bear witness against a successor that is lost. */
    private HandOverResult awaitEstablished(Attempt attempt, long leaseIndex, Duration began, Deadline deadline) {
        Deadline patience = deadline.atMost(ESTABLISHED);
        Optional<PrimaryRecord> there = ports.poll().until(patience, PAUSE, () -> tryReadEstablished(attempt, leaseIndex, patience));
        if (there.isEmpty()) {
            return unclear(attempt, "has the lease and was not seen to accept writes in time", began);
        }
        Duration gap = ports.ticker().uptime().minus(began);
        PrimaryRecord next = there.get();
        note(next.term(), gap, deadline);
        LOG.info("event=switchover outcome=done to={} term={} gap_ms={}", next.node(), next.term(), gap.toMillis());
        return new HandOverResult.Done(
                next.node(),
                next.term(),
                gap,
                new Reason(next.node() + " is the primary, term " + next.term() + (next.node().equals(attempt.to())
                        ? ""
                        : "; " + attempt.to() + " took the lease and was lost")
                        + "; writes stopped for " + gap.toMillis() + " ms"));
    }

    private void note(long term, Duration gap, Deadline deadline) {
        try {
            keys.amendTerm(term, begun -> begun.withGap(gap), deadline);
        } catch (ConsulException e) {
            LOG.warn("event=gap-not-noted reason=\"{}\"", e.getMessage());
        }
    }

    private Optional<PrimaryRecord> tryReadEstablished(Attempt attempt, long leaseIndex, Deadline deadline) {
        try {
            return awaitHigherTerm(attempt, leaseIndex, deadline).filter(r -> r.state() == PrimaryRecord.State.ESTABLISHED);
        } catch (ConsulException e) {
            LOG.debug("event=consul-silent reason=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    private HandOverResult unclear(Attempt attempt, String why, Duration began) {
        long stopped = ports.ticker().uptime().minus(began).toMillis();
        LOG.error("event=switchover outcome=unclear to={} gap_ms={} reason=\"{}\"", attempt.to(), stopped, why);
        return new HandOverResult.Unclear(
                new Reason(attempt.to() + " " + why + "; the next runs of health bring it or " + node.name() + " up"));
    }

    /** Takes the announcement back; only then, and under the role lock, this server may write again (protocol P3, P8). */
    private HandOverResult undo(Attempt attempt, String why, long leaseIndex, Duration began, Deadline deadline) {
        Deadline patience = deadline.atMost(LONGEST_UNDO);
        return switch (takeBack(attempt.record(), patience)) {
            case TAKEN -> awaitEstablished(attempt, leaseIndex, began, deadline);
            case UNKNOWN -> unclear(attempt, why + "; whether it could be undone isn't known", began);
            case DONE -> {
                Optional<Reason> obstacle = writesAgain ? writeAgain(attempt, patience) : Optional.empty();
                if (obstacle.isPresent()) {
                    yield unclear(attempt, why + "; taken back, but " + node.name() + " doesn't write yet: " + obstacle.get(), began);
                }
                Duration stopped = ports.ticker().uptime().minus(began);
                LOG.warn("event=switchover outcome=undone to={} gap_ms={} reason=\"{}\"", attempt.to(), stopped.toMillis(), why);
                yield new HandOverResult.Undone(
                        Optional.of(stopped), new Reason(attempt.to() + " " + why + "; writes stopped for " + stopped.toMillis() + " ms"));
            }
        };
    }

    /** Removes this node's announcement, whatever it says by now. */
    Withdrawal takeBack(PrimaryRecord record, Deadline deadline) {
        return ports.poll().until(deadline, PAUSE, () -> tryTakeBack(record, deadline)).orElse(Withdrawal.UNKNOWN);
    }

    private Optional<Withdrawal> tryTakeBack(PrimaryRecord record, Deadline deadline) {
        try {
            Optional<Indexed<Durability>> found = keys.durability(deadline.atMost(ONE_CALL));
            if (found.filter(d -> d.value().newest().term() > record.term()).isPresent()) {
                return Optional.of(Withdrawal.TAKEN);
            }
            Optional<Indexed<Durability>> announced = found.filter(
                    d -> d.value().handOver().filter(h -> h.from().equals(node.name())).isPresent());
            return announced.isEmpty() || keys.writeHandOver(announced.get(), Optional.empty(), deadline.atMost(ONE_CALL))
                    ? Optional.of(Withdrawal.DONE)
                    : Optional.empty();
        } catch (ConsulException e) {
            LOG.warn("event=not-taken-back reason=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Reason> writeAgain(Attempt attempt, Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            // Ends what the write stop may still wait for on this server.
            return local.seizeRoleLock(ROLE_LOCK)
                    ? promotion.becomeWritable(local, attempt.record().term(), new Reason("took the hand-over back"), deadline)
                    : Optional.of(new Reason("another hand holds its role lock"));
        } catch (MysqlException | ConsulException e) {
            return Optional.of(new Reason(String.valueOf(e.getMessage())));
        }
    }
}
