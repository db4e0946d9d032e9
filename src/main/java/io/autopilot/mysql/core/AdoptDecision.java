package io.autopilot.mysql.core;

/** Whether a node becomes the primary of a cluster whose Consul lost its data. */
public sealed interface AdoptDecision {
    Reason reason();

    /**
     * It does.
     *
     * @param lost what another node has and this one lacks
     */
    record Adopt(long term, GtidSet lost, Reason reason) implements AdoptDecision {}

    record Refuse(Reason reason) implements AdoptDecision {}
}
