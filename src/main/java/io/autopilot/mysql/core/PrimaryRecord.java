package io.autopilot.mysql.core;

import java.time.Instant;

/**
 * The value of the primary key: who holds, or held last, the right to be primary.
 *
 * @param serverUuid of the data directory that the term belongs to
 * @param released true when the node gave the lease up by itself, having seen its own mysqld dead or fenced
 */
public record PrimaryRecord(
        String node, Address address, long term, String serverUuid, State state, boolean released, Instant since) {
    /** A primary is established once it accepts writes and its term is journaled. */
    public enum State {
        ESTABLISHING,
        ESTABLISHED
    }
}
