package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Decides whether this node proves the newest snapshot now: when VERIFY_TTL has run out since the last drill, by turns as snapshots are taken. */
public final class DrillDue {
    private static final int SHARE = 4;
    /** A snapshot that has failed once may have met a node's own trouble; a new one is tried at once. */
    private static final Duration AGAIN = Duration.ofHours(1);

    private DrillDue() {}

    /**
     * What the decision rests on.
     *
     * @param ttl empty: drills are done by hand only
     * @param newest the newest snapshot of this cluster; empty when there is none
     * @param last the last drill of this cluster, failed ones included
     * @param primary whether this node is the primary
     * @param healthyReplicas names of all replicas that pass, this node included if it is one
     */
    public record Facts(
            Instant now,
            Optional<Duration> ttl,
            Optional<SnapshotPointer> newest,
            Optional<Drill> last,
            String self,
            boolean primary,
            Set<String> healthyReplicas) {}

    public static SnapshotDecision decide(Facts facts) {
        if (facts.ttl().isEmpty()) {
            return notDue("VERIFY_TTL is not set");
        }
        if (facts.newest().isEmpty()) {
            return notDue("there is no snapshot to verify");
        }
        Duration ttl = facts.ttl().get();
        ReplicaTurn turn = new ReplicaTurn(facts.self(), facts.primary(), facts.healthyReplicas(), Set.of());
        if (facts.last().isEmpty()) {
            Duration since = Duration.between(facts.newest().get().at(), facts.now());
            return turn.decide(since, ttl.dividedBy(SHARE), "no snapshot was verified yet");
        }
        Drill last = facts.last().get();
        Duration age = Duration.between(last.at(), facts.now()).abs();
        Duration every = last.passed() ? ttl : again(ttl, last.snapshot().equals(facts.newest().get().id()));
        return age.compareTo(every) < 0
                ? notDue("the last one was verified " + age.toSeconds() + "s ago, the next one is due after " + every.toSeconds() + "s")
                : turn.decide(age.minus(every), ttl.dividedBy(SHARE), "the last one was verified " + age.toSeconds() + "s ago");
    }

    private static Duration again(Duration ttl, boolean same) {
        Duration soon = same ? AGAIN : Duration.ZERO;
        return soon.compareTo(ttl) < 0 ? soon : ttl;
    }

    private static SnapshotDecision notDue(String why) {
        return new SnapshotDecision.NotDue(new Reason(why));
    }
}
