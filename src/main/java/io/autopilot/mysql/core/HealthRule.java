package io.autopilot.mysql.core;

import io.autopilot.mysql.core.HealthDecision.BecomeWritable;
import io.autopilot.mysql.core.HealthDecision.Decline;
import io.autopilot.mysql.core.HealthDecision.EndServer;
import io.autopilot.mysql.core.HealthDecision.Fence;
import io.autopilot.mysql.core.HealthDecision.ReleaseLease;
import io.autopilot.mysql.core.HealthDecision.Role;
import io.autopilot.mysql.core.HealthDecision.Serve;
import io.autopilot.mysql.core.HealthDecision.ServeAlone;
import io.autopilot.mysql.core.HealthDecision.StandBy;
import io.autopilot.mysql.core.HealthDecision.StayOut;
import io.autopilot.mysql.core.HealthDecision.TakeLease;
import io.autopilot.mysql.core.HealthDecision.TakeOver;
import java.util.Optional;

/**
 * Keeps a node in the role that the cluster gives it (protocol P3 to P9). Level-triggered (G6): only the
 * present facts count. A server that may accept writes without the right to is fenced before anything else is looked at, whatever
 * holds changes of roles back.
 */
public final class HealthRule {
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
            case LeaseView.Other other -> ReplicaRule.decide(view, mysqld, other.record());
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
            // Without an answer the right to write isn't renewed: the wrapper ends a holder's server that hangs, in asynchronous mode.
            return endOfUselessServer(view).<HealthDecision>map(end -> end).orElseGet(() -> new StandBy(because("mysqld runs but doesn't answer")));
        }
        if (!(view.lease() instanceof LeaseView.Mine)) {
            return new StandBy(because("mysqld is down"));
        }
        return view.restraint().failover().isPresent()
                ? new StandBy(because("mysqld is down and restarts in place; " + view.restraint().failover().get()))
                : new StandBy(because("mysqld is down and no other healthy replica exists: it restarts in place"));
    }

    /**
     * In lossless mode no clock ends a server that hangs, since it can do no harm: its disk is full, or it is frozen. It does no good either, and
     * keeps others from it.
     */
    public static Optional<EndServer> endOfUselessServer(NodeView view) {
        boolean useless = view.writesUntilFenced() && !view.acknowledged() && view.lease() instanceof LeaseView.Mine;
        return useless && othersMay(view)
                ? Optional.of(new EndServer(because("no commit was acknowledged here for as long as the lease lasts, and "
                        + String.join(", ", view.otherHealthyReplicas().stream().sorted().toList()) + " can take over")))
                : Optional.empty();
    }

    private static boolean othersMay(NodeView view) {
        return !view.otherHealthyReplicas().isEmpty() && view.restraint().failover().isEmpty();
    }

    /** The local fast path: nobody has to wait for a lease to run out whose server is known to be dead. */
    private static Optional<HealthDecision> releaseAfterCrash(NodeView view) {
        boolean crashed = view.writableRunEnded() || (view.mysqld().isEmpty() && !view.mysqldRuns());
        return view.lease() instanceof LeaseView.Mine && crashed && othersMay(view)
                ? Optional.of(new ReleaseLease(because("mysqld died, and "
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
                free.last().filter(last -> mayHaveItAgain(view, mysqld, last) && last.released().isEmpty()).isPresent()
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

    private static HealthDecision whenFree(NodeView view, ServerState mysqld, Optional<PrimaryRecord> last) {
        if (last.isEmpty()) {
            return withoutAnyPrimary(view, mysqld);
        }
        // A hand-over that was announced and in which the lease was not given up never came to be: both would wait for each other.
        if (view.successor().isPresent() && last.get().released().isPresent() && view.whyNoTakeOver().isEmpty()) {
            return new StandBy(because(last.get().node() + " handed over to " + view.successor().get()));
        }
        if (mayHaveItAgain(view, mysqld, last.get())) {
            return asLastPrimary(view, mysqld, last.get());
        }
        if (view.lastPrimaryPresent() && last.get().released().isEmpty()) {
            return new StandBy(because("nobody holds the lease; " + last.get().node() + " is there and has everything: it goes first"));
        }
        Optional<Reason> restrained = view.whyNoTakeOver().or(view.restraint()::maintenance);
        if (restrained.isPresent()) {
            return new StandBy(because(fate(last.get()) + "; " + restrained.get()));
        }
        if (view.mustJoin()) {
            return namedSuccessor(view, last.get())
                    ? new Decline(because(last.get().node() + " handed over to this node, whose data is a snapshot's by now: others go first"))
                    : new StandBy(because("nobody holds the lease, and this server's data is a snapshot's that has not caught up since;"
                            + " if no other data is left, begin again with BOOTSTRAP_FROM"));
        }
        if (!view.warm() && mysqld.uptime().compareTo(view.coldGrace()) < 0) {
            return new StandBy(because("nobody holds the lease; this server has not replicated since its start, "
                    + last.get().node() + " gets " + view.coldGrace().toSeconds() + " s to come back"));
        }
        return new TakeOver(view.knownTerm() + 1, because(fate(last.get())));
    }

    private static boolean namedSuccessor(NodeView view, PrimaryRecord last) {
        return last.handedOver(view.durability())
                && view.durability().flatMap(Durability::handOver).filter(h -> h.to().equals(view.self())).isPresent();
    }

    private static String fate(PrimaryRecord last) {
        return last.node() + last.released().map(why -> " gave the lease up (" + why + ")").orElse(" lost the lease");
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
        boolean othersFirst = last.released().isPresent()
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
