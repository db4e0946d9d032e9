package io.autopilot.mysql.core;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Whose turn it is to do what any node could do: the replica that is needed least, the next one when that one hasn't done it for some time,
 * and the primary only where there is no replica.
 *
 * @param primary whether this node is the primary
 * @param healthyReplicas names of all replicas that pass, this node included if it is one
 * @param acknowledging names of the replicas whose acknowledgements count (protocol P1); the others are needed less
 */
record ReplicaTurn(String self, boolean primary, Set<String> healthyReplicas, Set<String> acknowledging) {
    /**
     * @param since for how long it has been due
     * @param turnTakes after so long the next one may
     * @param why it is due
     */
    SnapshotDecision decide(Duration since, Duration turnTakes, String why) {
        if (primary) {
            return healthyReplicas.isEmpty()
                    ? due(why + " and there is no healthy replica to do it")
                    : notDue("it is up to a replica: " + String.join(", ", order()));
        }
        List<String> order = order();
        int turn = order.indexOf(self);
        if (turn < 0) {
            return notDue("this node is no healthy replica");
        }
        // The first one needs no clock: a wish has the time of another node.
        if (turn > 0 && since.compareTo(turnTakes.multipliedBy(turn)) < 0) {
            return notDue(order.getFirst() + " is needed less than " + self + " and goes first");
        }
        return due(turn == 0 ? why : why + " and " + String.join(", ", order.subList(0, turn)) + " did nothing");
    }

    private List<String> order() {
        return Stream.concat(sorted(false), sorted(true)).toList();
    }

    private Stream<String> sorted(boolean counted) {
        return healthyReplicas.stream()
                .filter(node -> acknowledging.contains(node) == counted)
                .sorted(Comparator.naturalOrder());
    }

    private static SnapshotDecision due(String why) {
        return new SnapshotDecision.Due(new Reason(why));
    }

    private static SnapshotDecision notDue(String why) {
        return new SnapshotDecision.NotDue(new Reason(why));
    }
}
