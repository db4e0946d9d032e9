package io.autopilot.mysql.core;

/** Whether there is a snapshot that a node can be made of and follow with. */
public sealed interface SnapshotChoice {
    /** The newest one that will do. */
    record Fits(String id) implements SnapshotChoice {}

    /** None of them will do. */
    record None(Reason reason) implements SnapshotChoice {}
}
