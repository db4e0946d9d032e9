package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a node that joins serves sooner when a new snapshot is taken for it, since the newest one lacks more than a replica applies in the
 * meantime (docs/decisions/0023). Estimates: nothing but time depends on them.
 */
public final class FreshSnapshot {
    /** What a replica on a small, busy machine was seen to apply while its primary is being written to; transactions per second. */
    private static final long APPLIES = 200;

    /** A replica applies what its primary wrote in so much less time, though that did nothing else. */
    private static final int FASTER = 2;

    /** Until somebody takes it: it is asked about once a minute. */
    private static final Duration TURN = Duration.ofMinutes(1);

    /** Perhaps nobody can take one. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private FreshSnapshot() {}

    /**
     * Why to wait for a new one; empty when to take the newest.
     *
     * @param waited for how long this node has waited for a new one
     */
    public static Optional<Reason> worthWaitingFor(SnapshotChoice.Fits newest, Instant now, Duration waited) {
        Duration catchingUp = catchingUp(newest, now);
        boolean pays = catchingUp.compareTo(newest.took().plus(TURN).multipliedBy(2)) > 0;
        boolean inVain = waited.compareTo(PATIENCE) > 0 || waited.compareTo(catchingUp.dividedBy(2)) > 0;
        return pays && !inVain
                ? Optional.of(new Reason("the newest snapshot " + newest.id() + " lacks what takes more than " + catchingUp.toMinutes()
                        + " min to apply; a new one takes less"))
                : Optional.empty();
    }

    private static Duration catchingUp(SnapshotChoice.Fits newest, Instant now) {
        Duration byNumber = Duration.ofSeconds(newest.missing() / APPLIES);
        Duration age = Duration.between(newest.at(), now);
        Duration byAge = age.isNegative() ? Duration.ZERO : age.dividedBy(FASTER);
        return byNumber.compareTo(byAge) < 0 ? byNumber : byAge;
    }
}
