package io.autopilot.mysql.core;

import java.time.Duration;

/**
 * Availability comes second to data that is known to exist (design, Crash failover): only for a loss that is known, and for a bounded time.
 * The ordinary crash, whose tail a replica has received, waits for nothing.
 */
public final class SalvageRule {
    private SalvageRule() {}

    /**
     * Decides for one candidate.
     *
     * @param published what the fallen primary is known to have executed
     * @param received what all servers that could be reached have received, the fallen one among them if it is back
     * @param back whether the fallen primary's server answers: then there is nothing more to wait for
     * @param waited how long this candidate has waited already
     * @param limit how long it may
     */
    public static SalvageDecision decide(
            String fallen, GtidSet published, GtidSet received, boolean back, Duration waited, Duration limit) {
        GtidSet missing = published.minus(received);
        if (missing.isEmpty() || back || waited.compareTo(limit) >= 0) {
            return new SalvageDecision.GoOn();
        }
        return new SalvageDecision.Await(missing, new Reason("only " + fallen + " has " + missing + ": its server gets "
                + limit.toSeconds() + " s to come back with them"));
    }
}
