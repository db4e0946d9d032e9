package io.autopilot.mysql.core;

import java.time.Duration;
import java.util.Optional;

/** How a hand-over by a living primary ended (protocol P8). */
public sealed interface HandOverResult {
    Reason reason();

    /**
     * Another node is the primary and accepts writes: the successor, or whoever replaced it when it was lost with the lease in its hands.
     *
     * @param gap from the write stop until then, as the old primary saw it
     */
    record Done(String primary, long term, Duration gap, Reason reason) implements HandOverResult {}

    /**
     * The announcement is gone, so that nobody can take over by it.
     *
     * @param stopped how long writes had stopped by then; empty: they never did
     */
    record Undone(Optional<Duration> stopped, Reason reason) implements HandOverResult {}

    /** This server is fenced, and whether the target takes over was not to be known in time: the next runs of health bring one of both up. */
    record Unclear(Reason reason) implements HandOverResult {}
}
