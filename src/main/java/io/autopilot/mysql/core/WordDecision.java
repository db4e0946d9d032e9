package io.autopilot.mysql.core;

/** What comes of an operator's word. */
public sealed interface WordDecision {
    /** What is told to the operator. */
    Reason reason();

    /** Write this down. */
    record Change(ClusterConfig to, Reason reason) implements WordDecision {}

    /** It is so already. */
    record Nothing(Reason reason) implements WordDecision {}

    /** It can't be. */
    record Refuse(Reason reason) implements WordDecision {}
}
