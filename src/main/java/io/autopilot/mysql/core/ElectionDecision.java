package io.autopilot.mysql.core;

/** What a candidate that has revoked the old primary does next. */
public sealed interface ElectionDecision {
    Reason reason();

    /** Apply everything received, take the lease, become writable. */
    record Promote(GtidSet mustHold, Reason reason) implements ElectionDecision {}

    /** Fetch the missing transactions from that node first, then decide again. */
    record FetchFrom(String node, GtidSet missing, Reason reason) implements ElectionDecision {}

    /** Another node is further and may become primary itself: clear the intent and let it. */
    record Yield(String to, Reason reason) implements ElectionDecision {}

    /** Nobody may be promoted without a human's decision. */
    record Stop(Reason reason) implements ElectionDecision {}
}
