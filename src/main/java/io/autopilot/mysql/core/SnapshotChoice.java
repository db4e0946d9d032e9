package io.autopilot.mysql.core;

/** Whether there is a snapshot that a node can be made of and follow with. */
public sealed interface SnapshotChoice {
    /** The newest one that will do. */
    record Fits(String id) implements SnapshotChoice {}

    /**
     * None of them will do.
     *
     * @param outdated one is whole and only can't be caught up from, so that a new one would do
     */
    record None(Reason reason, boolean outdated) implements SnapshotChoice {}
}
