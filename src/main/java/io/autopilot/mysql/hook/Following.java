package io.autopilot.mysql.hook;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.HealthDecision.Acknowledge;
import io.autopilot.mysql.core.HealthDecision.Follow;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this node's server replicate from the primary (protocol P3, P9). */
final class Following {
    private static final Logger LOG = LoggerFactory.getLogger(Following.class);
    private static final Duration ROLE_LOCK = Duration.ofSeconds(1);
    /** To see why what was received isn't applied, and to begin to receive what can be. */
    private static final Duration FOR_HALF_A_TRANSACTION = Duration.ofMillis(800);
    private static final Duration CONNECT = Duration.ofSeconds(2);
    /** As long as a primary may hold its own, for the first commits of a term: a run of this node may begin with it. */
    private static final Duration PRIMARYS_LOCK = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Node node;
    private final Ports ports;
    private final Fence fence;
    private final Lease lease;
    private final ClusterKeys keys;

    Following(Node node, Ports ports, Fence fence, Lease lease, ClusterKeys keys) {
        this.node = node;
        this.ports = ports;
        this.fence = fence;
        this.lease = lease;
        this.keys = keys;
    }

    /** Empty: it replicates. Else what is in the way. */
    Optional<Reason> run(Follow decision, Deadline deadline) {
        Optional<Reason> stale = whyNot(decision, deadline);
        if (stale.isPresent()) {
            return stale;
        }
        Optional<Reason> waits = fence.endPrimaryship(deadline);
        if (waits.isPresent()) {
            return waits;
        }
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            if (!local.tryRoleLock(ROLE_LOCK)) {
                return Optional.of(new Reason("another hand holds this server's role lock"));
            }
            return whyNot(decision, deadline).or(() -> follow(local, decision, deadline));
        }
    }

    /** Read under the role lock: what was decided on may be old by now. */
    private Optional<Reason> whyNot(Follow decision, Deadline deadline) {
        boolean same = lease.view(deadline) instanceof LeaseView.Other other
                && other.record().term() == decision.term()
                && other.record().address().equals(decision.primary());
        if (!same) {
            return Optional.of(new Reason("the primary changed meanwhile"));
        }
        return keys.foreignIntent(keys.durability(deadline).map(Indexed::value), deadline)
                .map(intent -> new Reason(intent.candidate() + " is taking over with term " + intent.term()));
    }

    private Optional<Reason> follow(Mysql local, Follow decision, Deadline deadline) {
        ServerState before = local.read();
        if (follows(before, decision.primary(), deadline)) {
            // The new primary has pointed this server at itself meanwhile; to do so again would cut a receiver short that acknowledges.
            return Optional.empty();
        }
        Optional<Reason> unapplied = applyWhatWasReceived(local, decision, deadline);
        if (unapplied.isPresent()) {
            return unapplied;
        }
        local.completeJournal();
        Settings.Login login = node.settings().accounts().replication();
        String user = login.user();
        if (isLossless(deadline)) {
            ServerState mysqld = local.read();
            Optional<Reason> shut = admit(mysqld, local, decision, deadline);
            if (shut.isPresent()) {
                return shut;
            }
            user = ReplicationAccount.userOf(mysqld.serverUuid());
        }
        if (ports.state().mustJoin() || before.replication().filter(ReplicationState::looksForRelayLogs).isPresent()) {
            // What is here says how another server replicated, or this one before, from relay logs that are not here.
            local.forgetSource();
        }
        local.follow(decision.primary(), user, login.password());
        local.startReplication();
        LOG.info("event=follow primary={} term={}", decision.primary(), decision.term());
        return ports.poll()
                        .until(deadline.atMost(CONNECT), PAUSE, () -> connected(local.read()))
                        .isPresent()
                ? Optional.empty()
                : Optional.of(new Reason("the receiver has not connected to " + decision.primary() + " yet"));
    }

    private boolean follows(ServerState mysqld, Address primary, Deadline deadline) {
        boolean lossless = isLossless(deadline);
        return mysqld.replication()
                .filter(r -> r.source().equals(primary) && r.receiver() == ReplicationState.Receiver.ON && r.applierRunning())
                .filter(r -> !lossless || r.user().equals(ReplicationAccount.userOf(mysqld.serverUuid())))
                .filter(r -> mysqld.semiSync().filter(SemiSync::sourceOn).isEmpty())
                .isPresent();
    }

    private boolean isLossless(Deadline deadline) {
        return keys.durability(deadline).filter(d -> d.value().mode() == Durability.Mode.LOSSLESS).isPresent();
    }

    /**
     * Gets this server its account at the primary, which nobody has who may acknowledge without being asked to: the plugin is off, and the
     * receiver is stopped (protocol P2). By the primary's role lock, so that the primary can take it away for sure.
     */
    private Optional<Reason> admit(ServerState mysqld, Mysql local, Follow decision, Deadline deadline) {
        if (mysqld.semiSync().filter(SemiSync::mayAcknowledge).isPresent()) {
            local.setAcknowledging(false);
        }
        try (Mysql primary = ports.servers().connect(decision.primary(), deadline.atMost(PRIMARYS_LOCK.plus(CONNECT)))) {
            if (!primary.tryRoleLock(PRIMARYS_LOCK)) {
                return Optional.of(new Reason("another hand holds the role lock of " + decision.primary()));
            }
            Optional<Reason> changed = whyNot(decision, deadline);
            if (changed.isEmpty()) {
                primary.letIn(mysqld.serverUuid(), node.settings().accounts().replication().password());
            }
            return changed;
        }
    }

    /** Acknowledges from now on, or not any more. Empty: it does as was decided. */
    Optional<Reason> acknowledge(Acknowledge decision, Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            if (!local.tryRoleLock(ROLE_LOCK)) {
                return Optional.of(new Reason("another hand holds this server's role lock"));
            }
            Optional<Reason> changed = whyNot(new Follow(decision.primary(), decision.term(), decision.reason()), deadline);
            String uuid = local.read().serverUuid();
            boolean asPromised = keys.durability(deadline)
                    .filter(d -> decision.on()
                            ? d.value().mayBegin(uuid, decision.term(), decision.primaryUuid())
                            : !d.value().isMember(uuid, decision.term(), decision.primaryUuid()))
                    .isPresent();
            if (changed.isPresent() || !asPromised) {
                return changed.or(() -> Optional.of(new Reason("what is promised has changed meanwhile")));
            }
            local.setAcknowledging(decision.on());
            boolean done = ports.poll()
                    .until(deadline.atMost(CONNECT), PAUSE, () -> connected(local.read()))
                    .isPresent();
            LOG.info("event=acknowledge on={} primary={}", decision.on(), decision.primary());
            return done ? Optional.empty() : Optional.of(new Reason("the receiver has not connected again yet"));
        }
    }

    /** The applier runs to the end before a receiver starts (P9): no relay log is dropped unread (G4). */
    private Optional<Reason> applyWhatWasReceived(Mysql local, Follow decision, Deadline deadline) {
        ServerState mysqld = local.read();
        if (mysqld.replication().isEmpty()) {
            return Optional.empty();
        }
        local.stopReceiver();
        GtidSet received = local.read().received();
        if (!mysqld.executed().contains(received)) {
            local.startApplier();
            boolean applied = local.awaitApplied(received, deadline.lessBy(FOR_HALF_A_TRANSACTION).remaining());
            boolean dropped = !applied && local.dropHalfReceived(() -> executedBy(decision.primary(), deadline));
            if (dropped) {
                LOG.warn("event=half-transaction-dropped reason=\"its rest was never received; {} sends it again\"", decision.primary());
            }
            if (!applied && !dropped) {
                return Optional.of(new Reason("applies what it has received first: " + received.minus(local.executed())));
            }
        }
        local.stopReplication();
        return Optional.empty();
    }

    private GtidSet executedBy(Address primary, Deadline deadline) {
        try (Mysql server = ports.servers().connect(primary, deadline.atMost(CONNECT))) {
            return server.executed();
        }
    }

    private static Optional<ReplicationState> connected(ServerState mysqld) {
        return mysqld.replication().filter(r -> r.receiver() == ReplicationState.Receiver.ON);
    }
}
