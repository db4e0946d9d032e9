package io.autopilot.mysql.core;

import io.autopilot.mysql.core.AdoptDecision.Adopt;
import io.autopilot.mysql.core.AdoptDecision.Refuse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether an operator's choice of a primary can be followed when Consul lost its data (protocol P7): never beside another primary or a server that
 * writes, never with data of another cluster, and with less than another node has, or can be feared to have, only by force.
 */
public final class AdoptRule {
    private AdoptRule() {}

    /** Decides on one view. */
    public static AdoptDecision decide(AdoptView view, boolean force) {
        Optional<Reason> never = whyNever(view);
        if (never.isPresent() || view.mysqld().isEmpty()) {
            return new Refuse(never.orElse(because("mysqld of " + view.self() + " doesn't answer")));
        }
        ServerState mysqld = view.mysqld().get();
        List<String> fears = fears(view, mysqld);
        if (!fears.isEmpty() && !force) {
            return new Refuse(because(String.join("; ", fears) + ". What " + view.self()
                    + " lacks would be lost: choose the node that has most, or say --force"));
        }
        long term = 1 + journalTerm(view, mysqld);
        GtidSet lost = view.peers().stream().map(peer -> peer.more(mysqld)).reduce(GtidSet.EMPTY, GtidSet::union);
        String by = "adopted by an operator after Consul had lost its data";
        return new Adopt(term, lost, because(fears.isEmpty() ? by : by + ", by force: " + String.join("; ", fears)));
    }

    private static Optional<Reason> whyNever(AdoptView view) {
        if (view.primary().isPresent()) {
            PrimaryRecord primary = view.primary().get();
            return Optional.of(because(
                    view.held()
                            ? primary.node() + " holds the lease, term " + primary.term() + ": there is nothing to adopt"
                            : "Consul names a primary, " + primary.node() + ", term " + primary.term()
                                    + ": it or a replica becomes the primary by itself; the logs of health say what it waits for"));
        }
        return view.mysqld().flatMap(mysqld -> whyNever(view, mysqld));
    }

    private static Optional<Reason> whyNever(AdoptView view, ServerState mysqld) {
        Optional<String> own = mysqld.clusterUuid();
        if (own.isEmpty()) {
            return Optional.of(because("the data of " + view.self() + " belongs to no cluster yet"));
        }
        if (view.clusterUuid().filter(known -> !known.equals(own.get())).isPresent()) {
            return Optional.of(because("the data of " + view.self() + " belongs to cluster " + own.get() + ", but Consul's is "
                    + view.clusterUuid().get()));
        }
        if (mysqld.writable()) {
            return Optional.of(because(view.self() + " still accepts writes without a lease: its next health run ends that, try again then"));
        }
        return view.peers().stream()
                .filter(peer -> peer.mysqld().filter(ServerState::writable).isPresent())
                .findFirst()
                .map(peer -> because(peer.node() + " accepts writes: its next health run ends that, try again then"));
    }

    /** What may be lost. */
    private static List<String> fears(AdoptView view, ServerState mysqld) {
        List<String> fears = new ArrayList<>();
        for (AdoptView.Peer peer : view.peers()) {
            GtidSet more = peer.more(mysqld);
            if (!more.isEmpty()) {
                fears.add(peer.node() + " has " + more + ", which " + view.self() + " lacks");
            }
            if (peer.hooksRun() && peer.mysqld().isEmpty()) {
                fears.add(peer.node() + " is alive, but its server can't be read");
            }
        }
        if (view.mustJoin()) {
            fears.add("the data of " + view.self() + " is a snapshot's that has not caught up since");
        }
        view.recordedPrimary().filter(uuid -> !isRead(uuid, view, mysqld)).ifPresent(uuid -> fears.add(
                "the primary of term " + view.recordedTerm() + ", server " + uuid + ", can't be read"));
        return fears;
    }

    private static boolean isRead(String uuid, AdoptView view, ServerState mysqld) {
        return uuid.equals(mysqld.serverUuid())
                || view.peers().stream().anyMatch(peer -> peer.mysqld().filter(s -> s.serverUuid().equals(uuid)).isPresent());
    }

    private static long journalTerm(AdoptView view, ServerState mysqld) {
        long peers = view.peers().stream()
                .filter(peer -> peer.isKinOf(mysqld))
                .flatMap(peer -> peer.mysqld().stream())
                .mapToLong(ServerState::journalTerm)
                .max()
                .orElse(0);
        return Math.max(view.recordedTerm(), Math.max(mysqld.journalTerm(), peers));
    }

    private static Reason because(String text) {
        return new Reason(text);
    }
}
