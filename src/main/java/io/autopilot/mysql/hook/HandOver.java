package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterConfig;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A primary that is stopped hands over to its best replica (design, Switchover; protocol P8): announce, let the successor wake up and
 * catch up while this server still writes, fence, wait until the successor has everything, give the lease up.
 */
final class HandOver {
    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
    private static final Duration PEER = Duration.ofSeconds(2);
    private static final Duration SLICE = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration ANSWER = Duration.ofSeconds(4);
    private static final int MOST_ASKED = 3;
    private static final Duration CATCH_UP = Duration.ofSeconds(10);
    private static final Duration ESTABLISHED = Duration.ofSeconds(10);

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final ClusterKeys keys;
    private final Services services;
    private final Fence fence;

    HandOver(Node node, Ports ports, Lease lease, ClusterKeys keys, Services services, Fence fence) {
        this.node = node;
        this.ports = ports;
        this.lease = lease;
        this.keys = keys;
        this.services = services;
        this.fence = fence;
    }

    /** A replica that may succeed. */
    private record Successor(String node, Address address, ServerState state) {}

    /** Afterwards this server accepts no writes and the lease is free or another's; says how it went. */
    Reason run(PrimaryRecord record, Deadline deadline) {
        ClusterConfig config = keys.config(deadline).value();
        Optional<Reason> paused = config.pauseAt(now()).map(pause -> new Reason(pause.text()));
        List<Successor> candidates = paused.isPresent() ? List.of() : candidates(config, deadline);
        if (candidates.isEmpty()) {
            Instant ended = now();
            PrimaryRecord last = fence.raise(deadline).map(record::withExecuted).orElse(record).provedAt(ended);
            services.withdraw(deadline);
            lease.release(last, deadline);
            return new Reason(paused.map(Reason::text).orElse("no healthy replica") + ": the lease is free, this data has everything");
        }
        Successor to = awaken(candidates, record, deadline);
        catchUp(to, deadline);
        return switchTo(to, record, deadline);
    }

    /** The best one that answers: one that is silent may be on its way out itself. When all are, it is the best one all the same. */
    private Successor awaken(List<Successor> candidates, PrimaryRecord record, Deadline deadline) {
        for (Successor candidate : candidates) {
            extendRight(deadline);
            Optional<Durability.HandOver> announced = announce(record, candidate, deadline);
            if (announced.isPresent() && answers(announced.get(), deadline)) {
                return candidate;
            }
        }
        if (candidates.size() > 1) {
            announce(record, candidates.getFirst(), deadline);
        }
        return candidates.getFirst();
    }

    /** Health doesn't run any more, and what comes takes longer than its interval. */
    private void extendRight(Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            lease.tryExtendRight(local, ports.ticker(), deadline);
        } catch (MysqlException e) {
            LOG.warn("event=right-not-extended reason=\"{}\"", e.getMessage());
        }
    }

    /** The best ones first, and no more than there is time to ask. */
    private List<Successor> candidates(ClusterConfig config, Deadline deadline) {
        return ports.consul().instances(node.settings().serviceName(), deadline).stream()
                .filter(ServiceInstance::passing)
                .filter(instance -> !instance.id().equals(node.replicaServiceId()))
                .map(instance -> ask(instance, deadline))
                .flatMap(Optional::stream)
                .filter(s -> !config.maintenance().containsKey(s.node()))
                .filter(s -> s.state().replication().filter(this::followsThisNode).isPresent())
                .sorted(Comparator.comparingLong((Successor s) -> s.state().received().count())
                        .reversed()
                        .thenComparing(Successor::node))
                .limit(MOST_ASKED)
                .toList();
    }

    private boolean followsThisNode(ReplicationState replication) {
        return replication.source().equals(node.address())
                && replication.receiver() == ReplicationState.Receiver.ON
                && replication.applierRunning();
    }

    private Optional<Successor> ask(ServiceInstance instance, Deadline deadline) {
        Address address = new Address(instance.address(), instance.port());
        String name = instance.id().substring(node.settings().serviceName().length() + 1);
        try (Mysql server = ports.servers().connect(address, deadline.atMost(PEER))) {
            return Optional.of(new Successor(name, address, server.read()));
        } catch (MysqlException e) {
            LOG.info("event=successor-left-out node={} reason=\"{}\"", name, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Durability.HandOver> announce(PrimaryRecord record, Successor to, Deadline deadline) {
        Durability.HandOver handOver =
                new Durability.HandOver(record.term() + 1, node.name(), to.node(), Optional.empty());
        LOG.info("event=hand-over to={} term={}", to.node(), handOver.term());
        boolean written = write(handOver, deadline);
        services.ringBell(to.node(), deadline);
        return written ? Optional.of(handOver) : Optional.empty();
    }

    private boolean write(Durability.HandOver handOver, Deadline deadline) {
        Optional<Indexed<Durability>> found = keys.durability(deadline);
        return found.filter(d -> ports.consul().cas(
                        node.durabilityKey(),
                        ClusterRecords.write(d.value().withHandOver(Optional.of(handOver))),
                        d.index(),
                        deadline))
                .isPresent();
    }

    /** The start of the successor's hook is no part of the write gap. */
    private boolean answers(Durability.HandOver handOver, Deadline deadline) {
        boolean answered = ports.poll()
                .until(deadline.atMost(ANSWER), PAUSE, () -> keys.isAnswered(handOver, deadline) ? Optional.of(true) : Optional.empty())
                .isPresent();
        LOG.info("event=successor-{} node={}", answered ? "awake" : "silent", handOver.to());
        return answered;
    }

    /** While this server still writes: what is left for the write gap gets small. The right to write is kept up meanwhile. */
    private void catchUp(Successor to, Deadline deadline) {
        Deadline patience = deadline.atMost(CATCH_UP);
        try (Mysql local = ports.servers().connectLocal(deadline);
                Mysql replica = ports.servers().connect(to.address(), deadline)) {
            GtidSet now = local.executed();
            while (lease.tryExtendRight(local, ports.ticker(), deadline)
                    && !replica.awaitApplied(now, SLICE)
                    && !patience.expired()) {
                LOG.info("event=catch-up node={} missing={}", to.node(), now.minus(replica.executed()));
            }
        } catch (MysqlException e) {
            LOG.warn("event=catch-up-failed node={} reason=\"{}\"", to.node(), e.getMessage());
        }
    }

    private Reason switchTo(Successor to, PrimaryRecord record, Deadline deadline) {
        // What can be done before is no part of the write gap: this connection, too.
        try (Mysql replica = ports.servers().connect(to.address(), deadline)) {
            Duration began = ports.ticker().uptime();
            PrimaryRecord ended = record.provedAt(now());
            Optional<GtidSet> last = fence.raise(deadline);
            boolean complete = last.isPresent() && awaitReceived(replica, last.get(), deadline);
            return release(to, last.map(ended::withExecuted).orElse(ended), complete, began, deadline);
        } catch (MysqlException e) {
            LOG.warn("event=successor-lost node={} reason=\"{}\"", to.node(), e.getMessage());
            Duration began = ports.ticker().uptime();
            PrimaryRecord ended = record.provedAt(now());
            PrimaryRecord last = fence.raise(deadline).map(ended::withExecuted).orElse(ended);
            return release(to, last, false, began, deadline);
        }
    }

    private Reason release(Successor to, PrimaryRecord record, boolean complete, Duration began, Deadline deadline) {
        lease.release(record, deadline);
        // The new primary removes the old one's entry before it registers its own; what follows is for the case that it can't.
        boolean established = ports.poll()
                .until(deadline.atMost(ESTABLISHED), PAUSE, () -> established(record.term(), deadline))
                .isPresent();
        Duration gap = ports.ticker().uptime().minus(began);
        services.withdraw(deadline);
        services.silenceBell(deadline);
        if (established) {
            keys.amendTerm(record.term() + 1, term -> term.withGap(gap), deadline);
        }
        String had = complete ? to.node() + " has everything" : to.node() + " could not be seen to have everything";
        return new Reason(had + (established ? "; a new primary writes, writes stopped for " + gap.toMillis() + " ms" : "; no new primary was seen in time"));
    }

    private Instant now() {
        return ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private boolean awaitReceived(Mysql replica, GtidSet last, Deadline deadline) {
        return ports.poll()
                .until(deadline.atMost(CATCH_UP), PAUSE, () -> replica.read().received().contains(last)
                        ? Optional.of(true)
                        : Optional.empty())
                .isPresent();
    }

    private Optional<PrimaryRecord> established(long before, Deadline deadline) {
        return ports.consul()
                .get(node.leaseKey(), deadline)
                .map(e -> ClusterRecords.readPrimary(e.key(), e.value()))
                .filter(r -> r.term() > before && r.state() == PrimaryRecord.State.ESTABLISHED);
    }
}
