package io.autopilot.mysql.core;

import io.autopilot.mysql.core.HealthDecision.Acknowledge;
import io.autopilot.mysql.core.HealthDecision.Diverged;
import io.autopilot.mysql.core.HealthDecision.Follow;
import io.autopilot.mysql.core.HealthDecision.Rest;
import io.autopilot.mysql.core.HealthDecision.Role;
import io.autopilot.mysql.core.HealthDecision.Serve;
import io.autopilot.mysql.core.HealthDecision.StandBy;
import io.autopilot.mysql.core.HealthDecision.StayOut;
import io.autopilot.mysql.core.HealthDecision.TakeOver;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Keeps a node that isn't the primary behind the one that is, or has it take over from one that is lost. */
final class ReplicaRule {
    /** Errors of an applier that was stopped within a transaction, by its workers' end or a kill: a restart takes it from the beginning again. */
    private static final Set<String> INTERRUPTED = Set.of("1756 ", "1317 ", "1927 ");

    /** Errors of a receiver whose account is locked, or isn't there. */
    private static final Set<String> SHUT_OUT = Set.of("3118 ", "1045 ");

    private ReplicaRule() {}

    /** @param primary who holds the lease */
    static HealthDecision decide(NodeView view, ServerState mysqld, PrimaryRecord primary) {
        if (primary.serverUuid().equals(mysqld.serverUuid())) {
            return new StayOut(because(primary.node() + " holds the lease for a server with the uuid of this one: the volume has moved here,"
                    + " or its data is a copy; give a copy's node an empty volume"));
        }
        if (view.links().filter(Links::agreeThatItIsLost).isPresent() && !view.mustJoin()) {
            return whenLost(view, primary, view.links().get());
        }
        Optional<Divergence> divergence = view.primaryExecuted()
                .map(theirs -> Divergence.between(
                        mysqld, theirs, view.primaryPurged().orElse(GtidSet.EMPTY), primary.serverUuid()))
                .filter(d -> !d.isNone());
        if (divergence.isPresent()) {
            return new Diverged(divergence.get().reason(primary.node()));
        }
        ReplicationState replication = mysqld.replication().orElse(null);
        if (replication == null || !replication.source().equals(primary.address()) || !replication.autoPosition()) {
            return followIfChecked(view, primary, "doesn't follow " + primary.node() + " yet");
        }
        if (view.isLossless() && !replication.user().equals(ReplicationAccount.userOf(mysqld.serverUuid()))) {
            return followIfChecked(view, primary, "has to receive by its own account in lossless mode");
        }
        if (mysqld.semiSync().filter(SemiSync::sourceOn).isPresent()) {
            return followIfChecked(view, primary, "its applier would wait for acknowledgements, as a primary's commits do");
        }
        if (replication.isTorn()) {
            // After a power cut it may end within an event; nothing that it held before is unapplied, or the server has diverged (protocol P9).
            return followIfChecked(view, primary, "the relay log is torn and all of it is applied");
        }
        if (INTERRUPTED.stream().anyMatch(replication.applierError()::startsWith)) {
            return followIfChecked(view, primary, "the applier was interrupted: " + replication.applierError());
        }
        if (replication.looksForRelayLogs() && nothingIsMissedIn(view, mysqld)) {
            return followIfChecked(view, primary, "its relay logs are not here: " + replication.applierError());
        }
        if (!replication.applierError().isEmpty()) {
            return new StayOut(because("the applier stopped: " + replication.applierError()));
        }
        if (replication.receiver() == ReplicationState.Receiver.OFF || !replication.applierRunning()) {
            return followIfChecked(view, primary, "replication is stopped");
        }
        if (isShutOut(replication)) {
            return followIfChecked(view, primary, primary.node() + " has shut this server out: " + replication.receiverError());
        }
        return acknowledging(view, mysqld, primary).orElseGet(() -> following(view, primary, replication));
    }

    /** In lossless mode nobody waits for the lease: the revocation of its acknowledgements ends the primary's term (protocol P7). */
    private static HealthDecision whenLost(NodeView view, PrimaryRecord primary, Links links) {
        String lost = primary.node() + " doesn't answer, and "
                + String.join(", ", new TreeSet<>(links.disconnected())) + " has lost it, too";
        return view.restraint()
                .failover()
                .or(view.restraint()::maintenance)
                .<HealthDecision>map(why -> new StandBy(because(lost + "; " + why)))
                .orElseGet(() -> new TakeOver(view.knownTerm() + 1, because(lost)));
    }

    /** The primary has cut this server off, or has not let it in since it became the primary (protocol P2). */
    private static boolean isShutOut(ReplicationState replication) {
        return replication.receiver() == ReplicationState.Receiver.CONNECTING
                && SHUT_OUT.stream().anyMatch(replication.receiverError()::startsWith);
    }

    /** Who is published as a member acknowledges, and nobody else does (protocol P1). */
    private static Optional<HealthDecision> acknowledging(NodeView view, ServerState mysqld, PrimaryRecord primary) {
        if (mysqld.semiSync().isEmpty()) {
            return Optional.empty();
        }
        boolean member = view.durability()
                .filter(d -> d.isMember(mysqld.serverUuid(), primary.term(), primary.serverUuid()))
                .isPresent();
        boolean mayBegin = view.durability()
                .filter(d -> d.mayBegin(mysqld.serverUuid(), primary.term(), primary.serverUuid()))
                .isPresent();
        SemiSync semiSync = mysqld.semiSync().get();
        if (mayBegin && !semiSync.acknowledging()) {
            return Optional.of(acknowledge(true, primary, "is to acknowledge what " + primary.node() + " writes"));
        }
        return !member && semiSync.mayAcknowledge()
                ? Optional.of(acknowledge(false, primary, "acknowledges, and is not to"))
                : Optional.empty();
    }

    private static Acknowledge acknowledge(boolean on, PrimaryRecord primary, String why) {
        return new Acknowledge(on, primary.address(), primary.term(), primary.serverUuid(), because(why));
    }

    /**
     * What lay unapplied in relay logs that are gone may have been acknowledged by this server: while it counts for that, it is not set up anew
     * before the primary has dropped it with a barrier (protocol P1, P9), unless it has all that the primary has.
     */
    private static boolean nothingIsMissedIn(NodeView view, ServerState mysqld) {
        return view.mustJoin()
                || view.durability().filter(d -> d.isMember(mysqld.serverUuid())).isEmpty()
                || view.primaryExecuted().filter(mysqld.executed()::contains).isPresent();
    }

    /** No server follows before its set was compared with the primary's (protocol P5). */
    private static HealthDecision followIfChecked(NodeView view, PrimaryRecord primary, String why) {
        return view.primaryExecuted().isPresent()
                ? new Follow(primary.address(), primary.term(), because(why))
                : new StandBy(because(why + ", and " + primary.node() + " can't be read"));
    }

    private static HealthDecision following(NodeView view, PrimaryRecord primary, ReplicationState replication) {
        if (replication.receiver() == ReplicationState.Receiver.CONNECTING) {
            return new StandBy(because("the receiver can't connect to " + primary.node() + ": " + replication.receiverError()));
        }
        Optional<Duration> tooFar = replication.lag().filter(lag -> lag.compareTo(view.maxLag()) > 0);
        if (tooFar.isPresent()) {
            return new StandBy(because("lags " + tooFar.get().toSeconds() + " s behind " + primary.node()));
        }
        return view.restraint().maintenance().isPresent()
                ? new Rest(because("follows " + primary.node() + ", but " + view.restraint().maintenance().get()))
                : new Serve(Role.REPLICA, because("follows " + primary.node() + ", term " + primary.term()));
    }

    private static Reason because(String text) {
        return new Reason(text);
    }
}
