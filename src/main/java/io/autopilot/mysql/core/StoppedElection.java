package io.autopilot.mysql.core;

import java.time.Instant;
import java.util.List;

/**
 * An election that promoted nobody, for people: an operator has to know why there is no primary. Nothing is decided on it.
 *
 * @param term that it would have begun
 * @param by the node that decided
 * @param at when it was first so
 */
public record StoppedElection(long term, String by, Instant at, Reason reason, List<Verdict> verdicts) {
    public StoppedElection {
        verdicts = List.copyOf(verdicts);
    }

    /** Whether the other one says anything new. */
    public boolean saysTheSameAs(StoppedElection other) {
        return term == other.term && reason.equals(other.reason) && verdicts.equals(other.verdicts);
    }
}
