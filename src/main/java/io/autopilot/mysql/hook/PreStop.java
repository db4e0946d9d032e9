package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.HandOverResult;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SwitchoverDecision.Verdict;
import io.autopilot.mysql.core.SwitchoverRule;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.HookLock;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes this node out of the cluster and stops mysqld cleanly: a primary hands over first (design, Hooks). */
public final class PreStop implements Hook {
    private static final Logger LOG = LoggerFactory.getLogger(PreStop.class);
    private static final Duration LOCK = Duration.ofSeconds(6);
    /** For one run of the primary's health, started by a bell. */
    private static final Duration LEAVE = Duration.ofSeconds(5);

    private static final Duration PAUSE = Duration.ofMillis(50);
    /** What a clean stop of mysqld may take, out of the hook's time. */
    private static final Duration FOR_MYSQLD = Duration.ofSeconds(12);

    private static final Duration WRITE_STOP = Duration.ofSeconds(5);
    private static final Duration TAKEN_OVER = Duration.ofSeconds(10);

    private final Node node;
    private final Ports ports;
    private final ClusterKeys keys;
    private final Lease lease;
    private final Services services;
    private final Fence fence;
    private final SwitchoverObserver observer;
    private final HandOver handOver;

    public PreStop(Node node, Ports ports) {
        this.keys = new ClusterKeys(node, ports.consul());
        this.node = node;
        this.ports = ports;
        this.lease = new Lease(node, ports.consul(), ports.state());
        this.services = new Services(node, ports.consul());
        this.fence = new Fence(ports);
        this.observer = new SwitchoverObserver(node, ports);
        Promotion promotion = new Promotion(node, ports, lease, keys, services, new Acks(node, ports, lease, keys));
        // An undo leaves this server fenced: it is about to be stopped.
        WriteStop stop = new WriteStop(node, ports, lease, keys, promotion, false, () -> false);
        this.handOver = new HandOver(node, ports, lease, keys, services, stop);
    }

    @Override
    public Outcome run(Deadline deadline) {
        // From here on no other hook of this node takes a role, and a crashed mysqld isn't started again.
        ports.state().writeStopping();
        Optional<HookLock> lock = ports.state().tryLock(deadline.atMost(LOCK));
        try {
            Reason left = leave(deadline.lessBy(FOR_MYSQLD));
            return stopMysqld(left, deadline);
        } finally {
            lock.ifPresent(HookLock::close);
        }
    }

    private Reason leave(Deadline deadline) {
        try {
            lease.heartbeat(deadline);
            Reason left = lease.view(deadline) instanceof LeaseView.Mine mine
                    ? handOver(mine.record(), deadline)
                    : leaveAckSet(deadline);
            services.withdraw(deadline);
            services.silenceBells(deadline);
            lease.leave(deadline);
            return left;
        } catch (ConsulException e) {
            LOG.warn("event=left-without-consul reason=\"{}\"", e.getMessage());
            return new Reason(node.name() + " stops without Consul's knowledge: " + e.getMessage());
        } catch (MysqlException e) {
            LOG.warn("event=left-without-mysqld reason=\"{}\"", e.getMessage());
            return new Reason("mysqld failed on the way: " + e.getMessage());
        }
    }

    /** The primary does without this node's acknowledgements before they stop: its writes need not wait for that to be noticed. */
    private Reason leaveAckSet(Deadline deadline) {
        Optional<String> uuid = serverUuid(deadline);
        if (uuid.isEmpty() || !isMember(uuid.get(), deadline)) {
            return new Reason("a replica left");
        }
        lease.announceLeaving(deadline);
        if (lease.view(deadline) instanceof LeaseView.Other other) {
            services.ringBell(other.record().node(), ports.ticker().uptime().toMillis(), deadline);
        }
        boolean left = ports.poll()
                .until(deadline.atMost(LEAVE), PAUSE, () -> isMember(uuid.get(), deadline) ? Optional.empty() : Optional.of(true))
                .isPresent();
        return new Reason(left ? "a replica left, the primary does without it" : "a replica left before the primary did without it");
    }

    private Optional<String> serverUuid(Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            return Optional.of(local.read().serverUuid());
        } catch (MysqlException e) {
            LOG.info("event=mysqld-silent reason=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    private boolean isMember(String uuid, Deadline deadline) {
        return keys.durability(deadline).filter(d -> d.value().isMember(uuid)).isPresent();
    }

    /** Afterwards this server accepts no writes, and the lease is another's or free. */
    private Reason handOver(PrimaryRecord record, Deadline deadline) {
        Optional<Reason> paused = keys.config(deadline).value().pauseAt(now()).map(pause -> new Reason(pause.text()));
        List<Verdict> candidates = paused.isPresent() ? List.of() : candidates(deadline);
        if (candidates.isEmpty()) {
            Reason why = paused.orElse(new Reason("no healthy replica"));
            giveUpTheLease(record, why, deadline);
            return new Reason(why + ": the lease is free, this data has everything");
        }
        return switch (handOver.run(record, candidates, WRITE_STOP, deadline)) {
            case HandOverResult.Done done -> done.reason();
            case HandOverResult.Undone undone -> {
                // It is a planned change all the same, and that replica goes first.
                keys.announce(new Durability.HandOver(record.term() + 1, node.name(), candidates.getFirst().node(), Optional.empty()), deadline);
                yield releaseInstead(record, undone.reason(), deadline);
            }
            case HandOverResult.Unclear unclear -> releaseInstead(record, unclear.reason(), deadline);
        };
    }

    private List<Verdict> candidates(Deadline deadline) {
        return SwitchoverRule.decide(observer.observe(Optional.empty(), false, deadline)).verdicts().stream()
                .filter(Verdict::fit)
                .toList();
    }

    /** What is left is a failover, which needs this server for as long as a replica may lack something. */
    private Reason releaseInstead(PrimaryRecord record, Reason why, Deadline deadline) {
        giveUpTheLease(record, why, deadline);
        boolean established = ports.poll()
                .until(deadline.atMost(TAKEN_OVER), PAUSE, () -> established(record.term(), deadline))
                .isPresent();
        return new Reason(why + "; the lease was given up, " + (established ? "and a new primary writes" : "and no new primary was seen in time"));
    }

    private void giveUpTheLease(PrimaryRecord record, Reason why, Deadline deadline) {
        PrimaryRecord ended = record.provedAt(now());
        PrimaryRecord last = fence.raise(deadline).map(ended::withExecuted).orElse(ended);
        services.withdraw(deadline);
        lease.release(last, new Reason("it is being stopped; " + why), deadline);
    }

    private Optional<PrimaryRecord> established(long before, Deadline deadline) {
        return ports.consul()
                .get(node.leaseKey(), deadline)
                .map(e -> ClusterRecords.readPrimary(e.key(), e.value()))
                .filter(r -> r.term() > before && r.state() == PrimaryRecord.State.ESTABLISHED);
    }

    private Instant now() {
        return ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private Outcome stopMysqld(Reason left, Deadline deadline) {
        Optional<MysqldStart> running = ports.state().mysqldStart();
        if (running.isEmpty()) {
            return Outcome.done("Stopped", left);
        }
        // A clean stop would tell a waiting client OK; the wrapper would kill an unfenced server (protocol P5).
        if (ports.state().mayBeWritable(running.get())) {
            fence.raise(deadline);
        }
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            local.shutdown();
        } catch (MysqlException e) {
            LOG.info("event=terminate pid={} reason=\"{}\"", running.get().pid(), e.getMessage());
            ports.program().terminate(running.get());
        }
        boolean ended = ports.poll()
                .until(deadline, PAUSE, () -> ports.state().mysqldStart().equals(running) ? Optional.empty() : Optional.of(true))
                .isPresent();
        return ended
                ? Outcome.done("Stopped", left)
                : Outcome.notHealthy("Stopped", new Reason(left + "; mysqld still stops"));
    }
}
