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
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this node the primary: the lease in one transaction (protocol P4), then writable (P6). */
final class Promotion {
    private static final Logger LOG = LoggerFactory.getLogger(Promotion.class);
    private static final Duration ROLE_LOCK = Duration.ofSeconds(1);
    /** For the first commits of a term; what isn't acknowledged by then waits for somebody who is not there. */
    private static final Duration COMMITS = Duration.ofSeconds(3);

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final ClusterKeys keys;
    private final Services services;
    private final Acks acks;

    Promotion(Node node, Ports ports, Lease lease, ClusterKeys keys, Services services, Acks acks) {
        this.node = node;
        this.ports = ports;
        this.lease = lease;
        this.keys = keys;
        this.services = services;
        this.acks = acks;
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
            Durability.Entry entry = entryAgain(term, mysqld, seen.durability());
            Succession succession = succession(term, seen, mysqld);
            operations.addAll(beginTerm(entry, mysqld, succession, seen.durability(), seen.durabilityIndex(), why));
        }
        operations.add(lock(term, mysqld, deadline));
        return refusal(ports.consul().transact(operations, deadline));
    }

    /** The founder has no predecessor, and the last primary has all that it had itself. */
    private static Succession succession(long term, Observation seen, ServerState mysqld) {
        return term == 1
                ? Succession.founding(mysqld.executed().serverUuids())
                : new Succession(TermRecord.Kind.RESTARTED, seen.view().lease().recorded(), GtidSet.EMPTY, List.of(), Set.of());
    }

    /** Who acknowledged this server's writes goes on doing so; the replicas still follow it. */
    private static Durability.Entry entryAgain(long term, ServerState mysqld, Optional<Durability> before) {
        Optional<Durability.Entry> own = before.filter(d -> d.mode() == Durability.Mode.LOSSLESS)
                .map(Durability::newest)
                .filter(e -> e.primaryUuid().equals(mysqld.serverUuid()));
        return new Durability.Entry(
                term,
                mysqld.serverUuid(),
                own.map(Durability.Entry::ackSet).orElse(Set.of()),
                own.map(Durability.Entry::acksRequired).orElse(0));
    }

    /** What a term begins with in which those acknowledge what that server writes. */
    Durability.Entry entry(long term, ServerState own, List<ServerState> members) {
        return new Durability.Entry(
                term,
                own.serverUuid(),
                members.stream().map(ServerState::serverUuid).collect(Collectors.toSet()),
                node.settings().replication().acks().acksOf(members.size()));
    }

    /** The mode of a term in which that server is primary. */
    Durability.Mode modeOf(ServerState mysqld) {
        return node.settings().replication().modeOn(mysqld.version());
    }

    /**
     * What a new term writes together with the lease.
     *
     * @param entry who acknowledges from its beginning on; nobody in asynchronous mode
     */
    List<TxnOp> beginTerm(
            Durability.Entry entry,
            ServerState mysqld,
            Succession succession,
            Optional<Durability> before,
            long durabilityIndex,
            Reason why) {
        Durability.Mode mode = modeOf(mysqld);
        Durability.Entry asked = mode == Durability.Mode.LOSSLESS
                ? entry
                : new Durability.Entry(entry.term(), entry.primaryUuid(), Set.of(), 0);
        Durability durability = Durability.beginning(mode, asked, before);
        long term = entry.term();
        TermRecord record = new TermRecord(
                term,
                node.name(),
                mysqld.serverUuid(),
                succession.ancestors(),
                why.text(),
                succession.lost(),
                now(),
                Optional.of(succession.kind()),
                succession.last().map(PrimaryRecord::node),
                succession.last().flatMap(PrimaryRecord::proved),
                Optional.of(mysqld.received()),
                Optional.empty(),
                Optional.empty(),
                succession.election());
        return List.of(
                new TxnOp.Cas(node.durabilityKey(), ClusterRecords.write(durability), durabilityIndex),
                new TxnOp.Cas(node.historyKey(term), ClusterRecords.write(record), 0));
    }

    TxnOp.Lock lock(long term, ServerState mysqld, Deadline deadline) {
        PrimaryRecord record = record(term, mysqld.serverUuid(), PrimaryRecord.State.ESTABLISHING, Optional.empty());
        return new TxnOp.Lock(node.leaseKey(), ClusterRecords.write(record), lease.session(modeOf(mysqld), deadline));
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
        return becomeWritable(local, term, why, Optional.empty(), deadline);
    }

    /** @param admission of the servers that this hand points at this one */
    Optional<Reason> becomeWritable(Mysql local, long term, Reason why, Acks.Admission admission, Deadline deadline) {
        return becomeWritable(local, term, why, Optional.of(admission), deadline);
    }

    private Optional<Reason> becomeWritable(
            Mysql local, long term, Reason why, Optional<Acks.Admission> admission, Deadline deadline) {
        ServerState before = local.read();
        Optional<Reason> behind = before.replication().isPresent() ? endReplication(local, deadline) : Optional.empty();
        if (behind.isPresent()) {
            return behind;
        }
        ServerState mysqld = before.replication().isPresent() ? local.read() : before;
        Optional<MysqldStart> start = ports.state().mysqldStart();
        if (start.isEmpty()) {
            return Optional.of(new Reason("mysqld doesn't run under its wrapper"));
        }
        PrimaryRecord own = record(term, mysqld.serverUuid(), PrimaryRecord.State.ESTABLISHING, Optional.empty());
        Optional<Indexed<Durability>> durability = keys.durability(deadline);
        Durability.Mode mode = durability.map(d -> d.value().mode()).orElse(Durability.Mode.ASYNC);
        Optional<Reason> unprepared = mode == Durability.Mode.LOSSLESS
                ? acks.prepare(local, own, durability, admission, deadline)
                : Optional.empty();
        if (unprepared.isPresent()) {
            return unprepared;
        }
        Duration began = ports.ticker().uptime();
        // A session that waits for an acknowledgement keeps its locks, killed or not: no commit on the one that has the role lock.
        try (Opening opening = Opening.begin(() -> ports.servers().connectLocal(deadline.atMost(COMMITS)), ports.tasks())) {
            Optional<Reason> unproven = whyNotHolder(term, mysqld, mode, deadline);
            if (unproven.isPresent()) {
                return unproven;
            }
            Mysql writer = opening.server();
            // The marker is there before the server can be writable, so that the wrapper never passes a SIGTERM on (protocol P5).
            lease.extendRight(began, start.get(), mode);
            local.makeWritable();
            // In lossless mode this is the barrier: what was there before it is with those who acknowledge, too. First, since a journal row of
            // a run that failed may wait for an acknowledgement that only another commit brings, and holds its place meanwhile.
            writer.heartbeat(term);
            if (mysqld.journalTerm() < term) {
                TermRecord begun = keys.term(term, deadline).orElseGet(() -> unrecorded(term, mysqld, why));
                writer.journal(begun, begun.gapUntil(now()).map(TermRecord.WriteGap::length));
            }
        }
        if (mode == Durability.Mode.LOSSLESS && !acks.settle(own, deadline)) {
            return Optional.of(new Reason("what is promised was changed by somebody else"));
        }
        if (mysqld.offline()) {
            local.setOffline(false);
        }
        return establish(term, mysqld, deadline);
    }

    /** The journal needs the term's number, also when somebody has deleted its record from Consul. */
    private TermRecord unrecorded(long term, ServerState mysqld, Reason why) {
        return new TermRecord(
                term,
                node.name(),
                mysqld.serverUuid(),
                Set.of(),
                why.text(),
                GtidSet.EMPTY,
                now(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    private Optional<Reason> endReplication(Mysql local, Deadline deadline) {
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

    /** Read last, under the role lock (protocol P3, P6). In asynchronous mode only a heartbeat before it makes it a proof of the right to write. */
    private Optional<Reason> whyNotHolder(long term, ServerState mysqld, Durability.Mode mode, Deadline deadline) {
        if (mode == Durability.Mode.ASYNC) {
            lease.heartbeat(deadline);
        }
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
        Instant established = now();
        PrimaryRecord record = record(term, mysqld.serverUuid(), PrimaryRecord.State.ESTABLISHED, Optional.of(mysqld.executed()))
                .provedAt(established);
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
        keys.amendTerm(term, begun -> begun.established().isPresent() ? begun : begun.establishedAt(established), deadline);
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
        return new PrimaryRecord(node.name(), node.address(), term, serverUuid, state, now(), executed);
    }

    private Instant now() {
        return ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
