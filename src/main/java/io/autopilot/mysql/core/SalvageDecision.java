package io.autopilot.mysql.core;

/** Whether a candidate waits for the fallen primary's server before it takes over without what only that one has. */
public sealed interface SalvageDecision {
    /** Nothing is known to be missing, or the time for it is over. */
    record GoOn() implements SalvageDecision {}

    /** Its transactions can still be had when its server comes back. */
    record Await(GtidSet missing, Reason reason) implements SalvageDecision {}
}
