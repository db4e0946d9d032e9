package io.autopilot.mysql.core;

import java.time.Instant;
import java.util.Optional;

/**
 * The value of the primary key: who holds, or held last, the right to be primary.
 *
 * @param serverUuid of the data directory that the term belongs to
 * @param released true when the node gave the lease up by itself, having seen its own mysqld dead or fenced
 * @param executed what the server had executed when that was last published; empty before the first time
 */
public record PrimaryRecord(
        String node,
        Address address,
        long term,
        String serverUuid,
        State state,
        boolean released,
        Instant since,
        Optional<GtidSet> executed) {
    /** A primary is established once it accepts writes and its term is journaled. */
    public enum State {
        ESTABLISHING,
        ESTABLISHED
    }

    /** The same with what the server has executed by now. */
    public PrimaryRecord withExecuted(GtidSet now) {
        return new PrimaryRecord(node, address, term, serverUuid, state, released, since, Optional.of(now));
    }

    /** The same at the address that the node has by now. */
    public PrimaryRecord at(Address now) {
        return new PrimaryRecord(node, now, term, serverUuid, state, released, since, executed);
    }

    /** The same, given up. */
    public PrimaryRecord asReleased() {
        return new PrimaryRecord(node, address, term, serverUuid, state, true, since, executed);
    }
}
