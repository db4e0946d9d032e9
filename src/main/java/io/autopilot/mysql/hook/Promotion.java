package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.HealthDecision.Role;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Consul.TxnResult;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this node the primary: the lease in one transaction (protocol P4), then writable (P6). */
final class Promotion {
    private static final Logger LOG = LoggerFactory.getLogger(Promotion.class);
    private static final Duration ROLE_LOCK = Duration.ofSeconds(1);

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final ClusterKeys keys;
    private final Services services;

    Promotion(Node node, Ports ports, Lease lease, ClusterKeys keys, Services services) {
        this.node = node;
        this.ports = ports;
        this.lease = lease;
        this.keys = keys;
        this.services = services;
    }

    /**
     * Takes a free lease without an election, for the founder or the last primary.
     *
     * @param seen the observation that allowed it; nothing is taken when durability has changed since
     */
    Optional<Reason> tryTakeLease(long term, Observation seen, ServerState mysqld, Reason why, Deadline deadline) {
        boolean again = seen.durability().filter(d -> d.newest().term() == term).isPresent();
        List<TxnOp> operations = new ArrayList<>();
        if (again) {
            operations.add(new TxnOp.CheckIndex(node.durabilityKey(), seen.durabilityIndex()));
        } else {
            // The founder has no predecessor, and the last primary has all that it had itself.
            operations.addAll(beginTerm(term, mysqld, GtidSet.EMPTY, seen.durabilityIndex(), why));
        }
        operations.add(lock(term, mysqld.serverUuid(), deadline));
        return refusal(ports.consul().transact(operations, deadline));
    }

    /**
     * What a new term writes together with the lease.
     *
     * @param lost what the last primary is known to have had and this server lacks
     */
    List<TxnOp> beginTerm(long term, ServerState mysqld, GtidSet lost, long durabilityIndex, Reason why) {
        Durability durability = new Durability(
                Durability.Mode.ASYNC,
                new Durability.Entry(term, mysqld.serverUuid(), Set.of(), 0),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        Set<String> ancestors = term == 1 ? mysqld.executed().serverUuids() : Set.of();
        TermRecord record = new TermRecord(term, node.name(), mysqld.serverUuid(), ancestors, why.text(), lost, now());
        return List.of(
                new TxnOp.Cas(node.durabilityKey(), ClusterRecords.write(durability), durabilityIndex),
                new TxnOp.Cas(node.historyKey(term), ClusterRecords.write(record), 0));
    }

    TxnOp.Lock lock(long term, String serverUuid, Deadline deadline) {
        PrimaryRecord record = record(term, serverUuid, PrimaryRecord.State.ESTABLISHING, Optional.empty());
        return new TxnOp.Lock(node.leaseKey(), ClusterRecords.write(record), lease.session(deadline));
    }

    static Optional<Reason> refusal(TxnResult result) {
        return switch (result) {
            case TxnResult.Committed committed -> Optional.empty();
            case TxnResult.Refused refused -> Optional.of(new Reason(
                    (refused.lockDelayed() ? "the last holder may still write for a moment: " : "")
                            + String.join("; ", refused.reasons())));
        };
    }

    /** Empty: writable and established. Else why not; the lease stays, and the next run goes on. */
    Optional<Reason> becomeWritable(long term, Reason why, Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            return local.tryRoleLock(ROLE_LOCK)
                    ? becomeWritable(local, term, why, deadline)
                    : Optional.of(new Reason("another hand holds this server's role lock"));
        }
    }

    /** The same on a connection that holds the role lock. */
    Optional<Reason> becomeWritable(Mysql local, long term, Reason why, Deadline deadline) {
        Optional<Reason> behind = endReplication(local, deadline);
        if (behind.isPresent()) {
            return behind;
        }
        ServerState mysqld = local.read();
        Optional<MysqldStart> start = ports.state().mysqldStart();
        if (start.isEmpty()) {
            return Optional.of(new Reason("mysqld doesn't run under its wrapper"));
        }
        Duration began = ports.ticker().uptime();
        Optional<Reason> unproven = whyNotHolder(term, mysqld, deadline);
        if (unproven.isPresent()) {
            return unproven;
        }
        // The marker is there before the server can be writable, so that the wrapper never passes a SIGTERM on (protocol P5).
        lease.extendRight(began, start.get());
        local.makeWritable();
        if (mysqld.journalTerm() < term) {
            local.journal(term, node.name(), why.text());
        }
        local.heartbeat(term);
        return establish(term, mysqld, deadline);
    }

    private Optional<Reason> endReplication(Mysql local, Deadline deadline) {
        ServerState mysqld = local.read();
        if (mysqld.replication().isEmpty()) {
            return Optional.empty();
        }
        local.stopReceiver();
        GtidSet received = local.read().received();
        local.startApplier();
        if (!local.awaitApplied(received, deadline.remaining())) {
            return Optional.of(new Reason("still applies what it has received: " + received.minus(local.executed())));
        }
        local.stopReplication();
        local.forgetSource();
        return Optional.empty();
    }

    /** Read last, under the role lock (protocol P3, P6). */
    private Optional<Reason> whyNotHolder(long term, ServerState mysqld, Deadline deadline) {
        lease.heartbeat(deadline);
        boolean holder = lease.view(deadline) instanceof LeaseView.Mine mine
                && mine.record().term() == term
                && mine.record().serverUuid().equals(mysqld.serverUuid());
        if (!holder) {
            return Optional.of(new Reason("the lease of term " + term + " is not held any more"));
        }
        Optional<Durability> durability = keys.durability(deadline).map(Indexed::value);
        return keys.foreignIntent(durability, deadline)
                .map(intent -> new Reason(intent.candidate() + " is taking over with term " + intent.term()));
    }

    private Optional<Reason> establish(long term, ServerState mysqld, Deadline deadline) {
        PrimaryRecord record = record(term, mysqld.serverUuid(), PrimaryRecord.State.ESTABLISHED, Optional.of(mysqld.executed()));
        boolean held = ports.state()
                .session()
                .filter(session -> ports.consul()
                        .acquire(node.leaseKey(), ClusterRecords.write(record), session, deadline))
                .isPresent();
        if (!held) {
            return Optional.of(new Reason("the lease of term " + term + " was lost while becoming writable"));
        }
        fallen(term, deadline).ifPresent(last -> services.withdrawPrimary(last, deadline));
        services.offer(Role.PRIMARY, "primary, term " + term, deadline);
        LOG.info("event=primary term={} uuid={}", term, mysqld.serverUuid());
        return Optional.empty();
    }

    private Optional<String> fallen(long term, Deadline deadline) {
        return keys.history(deadline).stream()
                .filter(t -> t.term() == term - 1 && !t.node().equals(node.name()))
                .map(TermRecord::node)
                .findFirst();
    }

    private PrimaryRecord record(long term, String serverUuid, PrimaryRecord.State state, Optional<GtidSet> executed) {
        return new PrimaryRecord(node.name(), node.address(), term, serverUuid, state, false, now(), executed);
    }

    private Instant now() {
        return ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
