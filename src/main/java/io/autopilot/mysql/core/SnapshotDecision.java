package io.autopilot.mysql.core;

/** Whether this node takes a snapshot now, or proves one. */
public sealed interface SnapshotDecision {
    Reason reason();

    record Due(Reason reason) implements SnapshotDecision {}

    record NotDue(Reason reason) implements SnapshotDecision {}
}
