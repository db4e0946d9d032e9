package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Decides whether this node takes a snapshot now: when BACKUP_TTL has run out, within BACKUP_WINDOW, on the replica that is needed least; on the primary only
 * when there is no healthy replica.
 *
 * <p>Every node decides alone from facts that all of them read in Consul, so they agree without talking; the snapshot lock settles the
 * moments in which they don't. A node that can't take its snapshot must not leave the cluster without one: with each further
 * quarter of the time the next replica in the order is due too.
 */
public final class SnapshotDue {
    private static final int SHARE = 4;

    /** A node can't serve before its wish is fulfilled. */
    private static final Duration WISH_TURN = Duration.ofMinutes(2);

    private SnapshotDue() {}

    /**
     * What the decision rests on.
     *
     * @param last the newest snapshot of this cluster; empty when there is none
     * @param healthy whether this node may serve its role
     * @param primary whether this node is the primary
     * @param healthyReplicas names of all replicas that pass, this node included if it is one
     * @param acknowledging names of the replicas whose acknowledgements count (protocol P1); the others are needed less
     * @param wish the last wish that a node has made for a snapshot
     */
    public record Facts(
            Instant now,
            Optional<SnapshotPointer> last,
            SnapshotSchedule schedule,
            String self,
            boolean healthy,
            boolean primary,
            Set<String> healthyReplicas,
            Set<String> acknowledging,
            Optional<SnapshotWish> wish) {}

    public static SnapshotDecision decide(Facts facts) {
        if (!facts.healthy()) {
            return notDue("this node is not healthy");
        }
        if (facts.last().isEmpty()) {
            return facts.primary() ? due("the cluster has no snapshot yet") : notDue("the primary takes the first snapshot");
        }
        SnapshotPointer last = facts.last().get();
        Optional<SnapshotWish> wish = facts.wish().filter(w -> w.holds(Optional.of(last.id().text())));
        if (wish.isPresent()) {
            Duration since = Duration.between(wish.get().at(), facts.now());
            return byTurn(facts, since, WISH_TURN, wish.get().node() + " asks for one: " + wish.get().why());
        }
        Duration age = Duration.between(last.at(), facts.now());
        Duration every = facts.schedule().every();
        Duration dueAfter = facts.schedule().dueAfter(facts.now());
        // A time from the future is a clock that was wrong; it must not put snapshots off for good.
        Duration counted = age.compareTo(every.negated()) < 0 ? dueAfter : age;
        if (counted.compareTo(dueAfter) < 0) {
            return notDue("the last snapshot " + last.id() + " is " + text(age) + " old, the next one is due after " + text(every)
                    + facts.schedule().window().map(window -> ", between the hours of " + window).orElse(""));
        }
        return byTurn(facts, counted.minus(dueAfter), every.dividedBy(SHARE), "the last snapshot " + last.id() + " is " + text(age) + " old");
    }

    private static SnapshotDecision byTurn(Facts facts, Duration since, Duration turnTakes, String why) {
        return new ReplicaTurn(facts.self(), facts.primary(), facts.healthyReplicas(), facts.acknowledging()).decide(since, turnTakes, why);
    }

    private static String text(Duration duration) {
        return duration.toSeconds() + "s";
    }

    private static SnapshotDecision due(String reason) {
        return new SnapshotDecision.Due(new Reason(reason));
    }

    private static SnapshotDecision notDue(String reason) {
        return new SnapshotDecision.NotDue(new Reason(reason));
    }
}
