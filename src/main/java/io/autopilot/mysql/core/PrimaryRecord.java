package io.autopilot.mysql.core;

import java.time.Instant;
import java.util.Optional;

/**
 * The value of the primary key: who holds, or held last, the right to be primary.
 *
 * @param serverUuid of the data directory that the term belongs to
 * @param released true when the node gave the lease up by itself, having seen its own mysqld dead or fenced
 * @param executed what the server had executed when that was last published; empty before the first time
 * @param proved when the node last proved that it writes, by its clock; empty before the first time
 */
public record PrimaryRecord(
        String node,
        Address address,
        long term,
        String serverUuid,
        State state,
        boolean released,
        Instant since,
        Optional<GtidSet> executed,
        Optional<Instant> proved) {
    /** A primary is established once it accepts writes and its term is journaled. */
    public enum State {
        ESTABLISHING,
        ESTABLISHED
    }

    /** Of a primary that has not written yet. */
    public PrimaryRecord(
            String node,
            Address address,
            long term,
            String serverUuid,
            State state,
            boolean released,
            Instant since,
            Optional<GtidSet> executed) {
        this(node, address, term, serverUuid, state, released, since, executed, Optional.empty());
    }

    /** The same with what the server has executed by now. */
    public PrimaryRecord withExecuted(GtidSet now) {
        return new PrimaryRecord(node, address, term, serverUuid, state, released, since, Optional.of(now), proved);
    }

    /** The same, known to write at that time. */
    public PrimaryRecord provedAt(Instant now) {
        return new PrimaryRecord(node, address, term, serverUuid, state, released, since, executed, Optional.of(now));
    }

    /** The same at the address that the node has by now. */
    public PrimaryRecord at(Address now) {
        return new PrimaryRecord(node, now, term, serverUuid, state, released, since, executed, proved);
    }

    /** The same, given up. */
    public PrimaryRecord asReleased() {
        return new PrimaryRecord(node, address, term, serverUuid, state, true, since, executed, proved);
    }

    /** Whether it gave the lease up for a hand-over that it had announced, and not because its mysqld had died. */
    public boolean handedOver(Optional<Durability> durability) {
        return released && durability.flatMap(Durability::handOver).filter(h -> h.term() == term + 1).isPresent();
    }
}
