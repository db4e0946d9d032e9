package io.autopilot.mysql.core;

import io.autopilot.mysql.core.RebuildDecision.Archive;
import io.autopilot.mysql.core.RebuildDecision.AskForSnapshot;
import io.autopilot.mysql.core.RebuildDecision.GiveUpData;
import io.autopilot.mysql.core.RebuildDecision.KeepOut;
import io.autopilot.mysql.core.RebuildDecision.Nothing;
import io.autopilot.mysql.core.RebuildDecision.StopReceiving;
import io.autopilot.mysql.core.RebuildDecision.StopServer;
import io.autopilot.mysql.core.RebuildDecision.Wait;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import java.util.Optional;

/**
 * Decides whether a node's data is given up and made anew of a snapshot. Nothing is thrown away unread (G4), and nothing at all while no
 * primary is there whose data is certain to be better. Level-triggered (G6): asked again after each step, it names the next one.
 */
public final class RebuildRule {
    private RebuildRule() {}

    /** Decides on one view. */
    public static RebuildDecision decide(RebuildView view) {
        if (view.marked()) {
            return view.mysqldRuns()
                    ? new StopServer(because("the data directory is given up"))
                    : new Nothing(because("the data directory is given up, and mysqld is stopped: its next start has it made anew"));
        }
        return whyNotNow(view).orElseGet(() -> compared(
                view, view.mysqld().orElseThrow(), view.primary().orElseThrow(), view.divergence().orElseThrow()));
    }

    private static Optional<RebuildDecision> whyNotNow(RebuildView view) {
        if (view.mysqld().isEmpty()) {
            return waits("mysqld doesn't answer");
        }
        ServerState mysqld = view.mysqld().get();
        if (view.clusterUuid().isEmpty()) {
            return waits("Consul doesn't say which cluster this is");
        }
        if (!mysqld.clusterUuid().equals(view.clusterUuid())) {
            return Optional.of(new KeepOut(because("the data belongs to "
                    + mysqld.clusterUuid().map(uuid -> "cluster " + uuid).orElse("no cluster") + ", not to " + view.clusterUuid().get()
                    + ": it is left as it is")));
        }
        if (mysqld.writable()) {
            return waits("this server accepts writes");
        }
        if (view.takeOver()) {
            return waits("a node is taking over");
        }
        if (view.primary().isEmpty()) {
            return waits("there is no established primary that can be read, and no data is given up without one");
        }
        return view.primary().get().state().clusterUuid().equals(view.clusterUuid())
                ? Optional.empty()
                : waits("the primary's server belongs to another cluster");
    }

    private static RebuildDecision compared(RebuildView view, ServerState mysqld, RebuildView.Primary primary, Divergence divergence) {
        if (divergence.isNone()) {
            return new Nothing(because("nothing keeps this server from following " + primary.record().node()));
        }
        Reason why = divergence.reason(primary.record().node());
        if (view.paused()) {
            return new Wait(because(why + "; nothing is changed while the cluster is paused or the node in maintenance"));
        }
        if (!divergence.errant().isEmpty() && view.archive().isEmpty()) {
            return archive(mysqld, divergence.errant(), why);
        }
        if (!divergence.errant().isEmpty() && view.policy() == ErrantPolicy.STOP && view.obeysPolicy()) {
            return new KeepOut(because(why + "; kept as evidence " + view.archive().get().id()
                    + ", and ERRANT_POLICY=stop leaves the data as it is until an operator runs manage rebuild on this node"));
        }
        return archived(view, mysqld, why);
    }

    private static RebuildDecision archive(ServerState mysqld, GtidSet errant, Reason why) {
        GtidSet unlogged = errant.intersect(mysqld.purged());
        return unlogged.isEmpty()
                ? new Archive(why)
                : new KeepOut(because(why + "; " + unlogged + " are in no binary log of this node (they came with a snapshot, or the logs"
                        + " were purged), so they can't be archived and nothing is rebuilt: dump what you need of this server, then give the"
                        + " node an empty volume"));
    }

    private static RebuildDecision archived(RebuildView view, ServerState mysqld, Reason why) {
        if (view.acknowledges()) {
            Reason counts = because(why + "; acknowledgements of this server still count: it has to leave the ack set first");
            boolean receives = mysqld.replication().filter(r -> r.receiver() != Receiver.OFF).isPresent();
            return receives ? new StopReceiving(counts) : new Wait(counts);
        }
        return switch (view.snapshots()) {
            case SnapshotChoice.None none -> new AskForSnapshot(because(why + "; no snapshot can be caught up from: " + none.reason()));
            case SnapshotChoice.Fits fits -> new GiveUpData(because(why + "; the node is made anew, of a snapshot such as " + fits.id()));
        };
    }

    private static Optional<RebuildDecision> waits(String why) {
        return Optional.of(new Wait(because(why)));
    }

    private static Reason because(String text) {
        return new Reason(text);
    }
}
