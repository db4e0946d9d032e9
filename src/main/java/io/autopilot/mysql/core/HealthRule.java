package io.autopilot.mysql.core;

import io.autopilot.mysql.core.HealthDecision.Acknowledge;
import io.autopilot.mysql.core.HealthDecision.BecomeWritable;
import io.autopilot.mysql.core.HealthDecision.Diverged;
import io.autopilot.mysql.core.HealthDecision.Fence;
import io.autopilot.mysql.core.HealthDecision.Follow;
import io.autopilot.mysql.core.HealthDecision.ReleaseLease;
import io.autopilot.mysql.core.HealthDecision.Rest;
import io.autopilot.mysql.core.HealthDecision.Role;
import io.autopilot.mysql.core.HealthDecision.Serve;
import io.autopilot.mysql.core.HealthDecision.ServeAlone;
import io.autopilot.mysql.core.HealthDecision.StandBy;
import io.autopilot.mysql.core.HealthDecision.StayOut;
import io.autopilot.mysql.core.HealthDecision.TakeLease;
import io.autopilot.mysql.core.HealthDecision.TakeOver;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps a node in the role that the cluster gives it, in asynchronous mode (protocol P3 to P9). Level-triggered (G6): only the
 * present facts count. A server that may accept writes without the right to is fenced before anything else is looked at, whatever
 * holds changes of roles back.
 */
public final class HealthRule {
    /** The server's error for a relay log whose next event can't be read. */
    private static final String TORN_RELAY_LOG = "13121 ";

    /** Errors of an applier that was stopped within a transaction, by its workers' end or a kill: a restart takes it from the beginning again. */
    private static final Set<String> INTERRUPTED = Set.of("1756 ", "1317 ", "1927 ");

    /** Errors of a receiver whose account is locked, or isn't there. */
    private static final Set<String> SHUT_OUT = Set.of("3118 ", "1045 ");

    /** Errors of an applier whose relay logs stayed with the server that its data was copied from. */
    private static final Set<String> OF_ANOTHER = Set.of("13124 ", "1872 ");

    private HealthRule() {}

    /** Decides on one view; never asks for more. */
    public static HealthDecision decide(NodeView view) {
        if (view.mysqld().isEmpty()) {
            return withoutMysqld(view);
        }
        ServerState mysqld = view.mysqld().get();
        Optional<Reason> mustNotWrite = whyNotWritable(view, mysqld);
        if (mysqld.writable() && mustNotWrite.isPresent()) {
            return new Fence(mustNotWrite.get());
        }
        Optional<Reason> foreign = foreignCluster(view, mysqld);
        if (foreign.isPresent()) {
            return new StayOut(foreign.get());
        }
        if (view.foreignIntent().isPresent()) {
            return new StandBy(takeOverBy(view.foreignIntent().get()));
        }
        return switch (view.lease()) {
            case LeaseView.Unknown unknown -> withoutConsul(view, mysqld, unknown.reason());
            case LeaseView.Mine mine -> asHolder(view, mysqld, mine.record());
            case LeaseView.Other other -> asReplica(view, mysqld, other.record());
            case LeaseView.Free free -> whenFree(view, mysqld, free.last());
        };
    }

    private static HealthDecision withoutConsul(NodeView view, ServerState mysqld, Reason why) {
        return mysqld.writable() && view.writesUntilFenced()
                ? new ServeAlone(because(why + "; writes go on while they are acknowledged"))
                : new StandBy(because(why + "; no role changes without Consul"));
    }

    private static HealthDecision withoutMysqld(NodeView view) {
        Optional<HealthDecision> release = releaseAfterCrash(view);
        if (release.isPresent()) {
            return release.get();
        }
        if (view.mysqldRuns()) {
            // Without an answer the right to write isn't renewed: the wrapper ends a holder's server that hangs.
            return new StandBy(because("mysqld runs but doesn't answer"));
        }
        if (!(view.lease() instanceof LeaseView.Mine)) {
            return new StandBy(because("mysqld is down"));
        }
        return view.restraint().failover().isPresent()
                ? new StandBy(because("mysqld is down and restarts in place; " + view.restraint().failover().get()))
                : new StandBy(because("mysqld is down and no other healthy replica exists: it restarts in place"));
    }

    /** The local fast path: nobody has to wait for a lease to run out whose server is known to be dead. */
    private static Optional<HealthDecision> releaseAfterCrash(NodeView view) {
        boolean crashed = view.writableRunEnded() || (view.mysqld().isEmpty() && !view.mysqldRuns());
        boolean othersMay = !view.otherHealthyReplicas().isEmpty() && view.restraint().failover().isEmpty();
        return view.lease() instanceof LeaseView.Mine && crashed && othersMay
                ? Optional.of(new ReleaseLease(because("mysqld has died here and "
                        + String.join(", ", view.otherHealthyReplicas().stream().sorted().toList()) + " can take over")))
                : Optional.empty();
    }

    /** Why this server must not accept writes now; empty when it may. */
    private static Optional<Reason> whyNotWritable(NodeView view, ServerState mysqld) {
        Optional<Reason> foreign = foreignCluster(view, mysqld);
        if (foreign.isPresent()) {
            return foreign;
        }
        if (view.foreignIntent().isPresent()) {
            return view.foreignIntent().map(HealthRule::takeOverBy);
        }
        // In lossless mode the death of a session ends nothing: what counts is who acknowledges (protocol P7).
        boolean sessionDied = view.writesUntilFenced() && view.lease() instanceof LeaseView.Free;
        if (!view.mayWrite() && !sessionDied) {
            return Optional.of(because(
                    view.writesUntilFenced() ? "writes were not acknowledged in time" : "the lease could not be proved in time"));
        }
        return switch (view.lease()) {
            case LeaseView.Unknown unknown -> Optional.empty();
            case LeaseView.Other other ->
                Optional.of(because(other.record().node() + " holds the lease, term "
                        + other.record().term()));
            case LeaseView.Mine mine -> whyNotHolder(view, mysqld, mine.record());
            case LeaseView.Free free ->
                free.last().filter(last -> mayHaveItAgain(view, mysqld, last) && !last.released()).isPresent()
                        ? Optional.empty()
                        : Optional.of(because("writable without the lease"));
        };
    }

    private static Optional<Reason> foreignCluster(NodeView view, ServerState mysqld) {
        return view.clusterUuid()
                .flatMap(ours -> mysqld.clusterUuid()
                        .filter(theirs -> !theirs.equals(ours))
                        .map(theirs -> because("the data belongs to cluster " + theirs + ", not to " + ours)));
    }

    private static Optional<Reason> whyNotHolder(NodeView view, ServerState mysqld, PrimaryRecord record) {
        if (!record.serverUuid().equals(mysqld.serverUuid())) {
            return Optional.of(because("the lease was taken for server " + record.serverUuid() + ", this is "
                    + mysqld.serverUuid()));
        }
        return record.term() < view.knownTerm()
                ? Optional.of(because("term " + view.knownTerm() + " exists, the lease here is of term " + record.term()))
                : Optional.empty();
    }

    private static HealthDecision asHolder(NodeView view, ServerState mysqld, PrimaryRecord record) {
        Optional<Reason> unfit = whyNotHolder(view, mysqld, record);
        if (unfit.isPresent()) {
            return new ReleaseLease(unfit.get());
        }
        if (!view.mayWrite()) {
            return new StandBy(because("the lease could not be proved in time"));
        }
        Optional<HealthDecision> release = mysqld.writable() ? Optional.empty() : releaseAfterCrash(view);
        if (release.isPresent()) {
            return release.get();
        }
        if (record.state() == PrimaryRecord.State.ESTABLISHING) {
            return new BecomeWritable(record.term(), because("holds the lease, term " + record.term() + ", not yet established"));
        }
        if (mysqld.writable() && view.durability().filter(d -> d.mode() != view.ownMode()).isPresent()) {
            return new TakeLease(
                    view.knownTerm() + 1, because("is to be " + name(view.ownMode()) + " from now on: begins a new term"));
        }
        return mysqld.writable()
                ? new Serve(Role.PRIMARY, because("holds the lease, term " + record.term()))
                : new TakeLease(view.knownTerm() + 1, because("still holds the lease, but stopped writing since: begins a new term"));
    }

    private static String name(Durability.Mode mode) {
        return switch (mode) {
            case ASYNC -> "asynchronous";
            case LOSSLESS -> "lossless";
        };
    }

    private static HealthDecision asReplica(NodeView view, ServerState mysqld, PrimaryRecord primary) {
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
        if (isTorn(mysqld, replication)) {
            return followIfChecked(view, primary, "the relay log is torn and all of it is applied");
        }
        if (INTERRUPTED.stream().anyMatch(replication.applierError()::startsWith)) {
            return followIfChecked(view, primary, "the applier was interrupted: " + replication.applierError());
        }
        if (view.mustJoin() && OF_ANOTHER.stream().anyMatch(replication.applierError()::startsWith)) {
            return followIfChecked(view, primary, "the snapshot's own relay logs are not here: " + replication.applierError());
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

    /** After a power cut the relay log may end within an event; what it held before is applied (protocol P9). */
    private static boolean isTorn(ServerState mysqld, ReplicationState replication) {
        return replication.applierError().startsWith(TORN_RELAY_LOG)
                && mysqld.executed().contains(replication.retrieved());
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

    private static HealthDecision whenFree(NodeView view, ServerState mysqld, Optional<PrimaryRecord> last) {
        if (last.isEmpty()) {
            return withoutAnyPrimary(view, mysqld);
        }
        // A hand-over that was announced and in which the lease was not given up never came to be: both would wait for each other.
        if (view.successor().isPresent() && last.get().released() && view.whyNoTakeOver().isEmpty()) {
            return new StandBy(because(last.get().node() + " handed over to " + view.successor().get()));
        }
        if (mayHaveItAgain(view, mysqld, last.get())) {
            return asLastPrimary(view, mysqld, last.get());
        }
        if (view.lastPrimaryPresent() && !last.get().released()) {
            return new StandBy(because("nobody holds the lease; " + last.get().node() + " is there and has everything: it goes first"));
        }
        Optional<Reason> restrained = view.whyNoTakeOver().or(view.restraint()::maintenance);
        if (restrained.isPresent()) {
            return new StandBy(because(fate(last.get()) + "; " + restrained.get()));
        }
        if (view.mustJoin()) {
            return new StandBy(because("nobody holds the lease, and this server's data is a snapshot's that has not caught up since;"
                    + " if no other data is left, begin again with BOOTSTRAP_FROM"));
        }
        if (!view.warm() && mysqld.uptime().compareTo(view.coldGrace()) < 0) {
            return new StandBy(because("nobody holds the lease; this server has not replicated since its start, "
                    + last.get().node() + " gets " + view.coldGrace().toSeconds() + " s to come back"));
        }
        return new TakeOver(view.knownTerm() + 1, because(fate(last.get())));
    }

    private static String fate(PrimaryRecord last) {
        return last.node() + (last.released() ? " gave the lease up" : " lost the lease");
    }

    private static HealthDecision withoutAnyPrimary(NodeView view, ServerState mysqld) {
        if (!isFounder(view, mysqld)) {
            return new StandBy(because("there is no primary and none is recorded; if Consul lost its data, see manage adopt"));
        }
        return view.restraint().paused().isPresent()
                ? new StandBy(because("founded the cluster; " + view.restraint().paused().get()))
                : new TakeLease(1, because("founded the cluster"));
    }

    /** A server with a journal has had a primary: then Consul has lost the record, and nothing may happen by itself. */
    private static boolean isFounder(NodeView view, ServerState mysqld) {
        return view.knownTerm() == 0
                && mysqld.journalTerm() == 0
                && mysqld.clusterUuid().isPresent()
                && mysqld.clusterUuid().equals(view.clusterUuid());
    }

    /** The primary named in the newest entry holds every acknowledged write (protocol P4). */
    private static boolean mayHaveItAgain(NodeView view, ServerState mysqld, PrimaryRecord last) {
        return last.serverUuid().equals(mysqld.serverUuid()) && last.term() >= view.knownTerm();
    }

    private static HealthDecision asLastPrimary(NodeView view, ServerState mysqld, PrimaryRecord last) {
        boolean othersFirst = last.released()
                && view.whyNoTakeOver().isEmpty()
                && !view.otherHealthyReplicas().isEmpty()
                && mysqld.uptime().compareTo(view.coldGrace()) < 0;
        if (othersFirst) {
            return new StandBy(because("gave the lease up; a healthy replica goes first"));
        }
        long term = mysqld.writable() ? last.term() : view.knownTerm() + 1;
        return new TakeLease(term, because("was the last primary, and no higher term exists"));
    }

    private static Reason takeOverBy(Durability.Intent intent) {
        return because(intent.candidate() + " is taking over with term " + intent.term());
    }

    private static Reason because(String text) {
        return new Reason(text);
    }
}
