package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;

/** Whether there is a snapshot that a node can be made of and follow with. */
public sealed interface SnapshotChoice {
    /**
     * The newest one that will do.
     *
     * @param missing the number of transactions that the primary had executed and it lacks
     * @param at when it was finished
     * @param took how long it took to take it
     */
    record Fits(String id, long missing, Instant at, Duration took) implements SnapshotChoice {}

    /**
     * None of them will do.
     *
     * @param outdated one is whole and only can't be caught up from, so that a new one would do
     */
    record None(Reason reason, boolean outdated) implements SnapshotChoice {}
}
