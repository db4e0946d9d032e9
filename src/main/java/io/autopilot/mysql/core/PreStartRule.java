package io.autopilot.mysql.core;

import io.autopilot.mysql.core.PreStartDecision.Announce;
import io.autopilot.mysql.core.PreStartDecision.AskForSnapshot;
import io.autopilot.mysql.core.PreStartDecision.Confirm;
import io.autopilot.mysql.core.PreStartDecision.Discard;
import io.autopilot.mysql.core.PreStartDecision.FoundFrom;
import io.autopilot.mysql.core.PreStartDecision.Initialise;
import io.autopilot.mysql.core.PreStartDecision.Refuse;
import io.autopilot.mysql.core.PreStartDecision.Restore;
import io.autopilot.mysql.core.PreStartDecision.UseData;
import io.autopilot.mysql.core.PreStartDecision.Wait;
import io.autopilot.mysql.core.PreStartDecision.Wipe;
import java.util.Optional;

/** Never silently empty, never silently old, and no data of anybody else is touched (design, Algorithms: Bootstrap; G5). */
public final class PreStartRule {
    private static final String EMPTY = "empty";
    private static final String WAYS_ON =
            "set BOOTSTRAP_FROM=latest (or a snapshot's id) to begin again from a snapshot, or BOOTSTRAP_FROM=empty to begin with nothing";

    private PreStartRule() {}

    /** Decides on one view. */
    public static PreStartDecision decide(DataView view) {
        if (view.discarded().isPresent()) {
            return givenUp(view, view.discarded().get());
        }
        if (!view.empty()) {
            return view.mark().map(mark -> withData(view, mark)).orElseGet(() -> new Refuse(because(
                    "the data directory holds data that no run of this program finished, or that somebody else put there;"
                            + " move it away to have this node restored")));
        }
        if (!view.strangers().isEmpty()) {
            return new Refuse(because("the data volume holds files of another layout (" + String.join(", ", view.strangers())
                    + "); bring them in as a snapshot, or give the node an empty volume"));
        }
        return view.initialized().isPresent() ? withoutData(view) : unknownCluster(view);
    }

    /** The data was given up for a primary and a snapshot: while one of them is away it stays, though no server runs on it. */
    private static PreStartDecision givenUp(DataView view, Reason why) {
        if (view.empty()) {
            return new Discard(why);
        }
        if (view.mark().filter(mark -> !view.initialized().equals(Optional.of(mark.clusterUuid()))).isPresent()) {
            return withData(view, view.mark().get());
        }
        String stays = "the data directory is given up (" + why + ") and stays until ";
        if (view.paused()) {
            return new Wait(because(stays + "the cluster is no longer paused nor the node in maintenance"));
        }
        if (view.primary().isEmpty()) {
            return new Wait(because(stays + "there is an established primary that can be read; to use it all the same, remove the file"
                    + " 'discarded' from the directory 'state' beside it"));
        }
        return unfit(view).map(reason -> (PreStartDecision) new AskForSnapshot(because(stays + "there is a snapshot to make it anew of; "
                        + reason)))
                .orElseGet(() -> new Discard(why));
    }

    private static Optional<Reason> unfit(DataView view) {
        return noSnapshot(view).map(SnapshotChoice.None::reason);
    }

    /** Damaged ones are none of these: that is for a human to see, in the refusal of a restore. */
    private static Optional<Reason> outdated(DataView view) {
        return noSnapshot(view).filter(SnapshotChoice.None::outdated).map(SnapshotChoice.None::reason);
    }

    private static Optional<Reason> farBehind(DataView view) {
        return view.snapshots().flatMap(choice -> switch (choice) {
            case SnapshotChoice.None none -> Optional.empty();
            case SnapshotChoice.Fits fits -> FreshSnapshot.worthWaitingFor(fits, view.now(), view.waited());
        });
    }

    private static Optional<SnapshotChoice.None> noSnapshot(DataView view) {
        return view.snapshots().flatMap(choice -> switch (choice) {
            case SnapshotChoice.None none -> Optional.of(none);
            case SnapshotChoice.Fits fits -> Optional.empty();
        });
    }

    private static PreStartDecision withData(DataView view, DataView.Mark mark) {
        Optional<String> known = view.initialized();
        if (known.isEmpty()) {
            return new Announce(mark.clusterUuid(), because("Consul doesn't know cluster " + mark.clusterUuid() + ", this data does"));
        }
        if (known.get().equals(mark.clusterUuid())) {
            return mark.confirmed()
                    ? new UseData(because("this is data of cluster " + mark.clusterUuid()))
                    : new Confirm(mark.clusterUuid(), because("this node founded cluster " + mark.clusterUuid()));
        }
        return mark.confirmed()
                ? new Refuse(because("the data belongs to cluster " + mark.clusterUuid() + ", but Consul's is " + known.get()
                        + "; give the node an empty volume, or its own SERVICE_NAME"))
                : new Wipe(because("another node founded the cluster first"));
    }

    private static PreStartDecision withoutData(DataView view) {
        boolean obeyed = view.bootstrapFrom().isPresent() && view.bootstrapFrom().equals(view.obeyed());
        if (view.bootstrapFrom().isPresent() && !obeyed && !view.nodesAlive()) {
            return found(view.bootstrapFrom().get());
        }
        if (view.pointer()) {
            return outdated(view)
                    .map(reason -> because("no snapshot can be caught up from: " + reason))
                    .or(() -> farBehind(view))
                    .map(reason -> (PreStartDecision) new AskForSnapshot(reason))
                    .orElseGet(() -> new Restore(because("the cluster has a snapshot")));
        }
        return new Wait(because(
                view.nodesAlive()
                        ? "the cluster has no snapshot yet"
                        : "the cluster has no snapshot yet and no node of it is alive; if all data is lost, "
                                + (obeyed ? obeyedOnce(view.bootstrapFrom().get()) : WAYS_ON)));
    }

    private static String obeyedOnce(String word) {
        return "name a snapshot's id, since BOOTSTRAP_FROM=" + word
                + " made this cluster and is obeyed once (the cluster's key 'bootstrapped' in Consul says so; delete it to have it obeyed again)";
    }

    private static PreStartDecision unknownCluster(DataView view) {
        if (view.nodesAlive()) {
            return new Wait(because("Consul doesn't know the cluster, but nodes of it are alive: one of them will tell"));
        }
        if (view.bootstrapFrom().isPresent()) {
            return found(view.bootstrapFrom().get());
        }
        if (view.stored() || view.pointer()) {
            return new Refuse(because("Consul doesn't know this cluster, but there are snapshots of its name: " + WAYS_ON));
        }
        return view.nodesListed()
                ? new Wait(because("Consul doesn't know the cluster, but nodes of it are listed: one of them may come back; or " + WAYS_ON))
                : new Initialise(because("there is no such cluster yet"));
    }

    private static PreStartDecision found(String from) {
        return from.equalsIgnoreCase(EMPTY)
                ? new Initialise(because("BOOTSTRAP_FROM=empty"))
                : new FoundFrom(from, because("BOOTSTRAP_FROM=" + from));
    }

    private static Reason because(String text) {
        return new Reason(text);
    }
}
