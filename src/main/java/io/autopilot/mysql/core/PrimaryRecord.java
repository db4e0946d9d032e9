package io.autopilot.mysql.core;

import java.time.Instant;
import java.util.Optional;

/**
 * The value of the primary key: who holds, or held last, the right to be primary.
 *
 * @param serverUuid of the data directory that the term belongs to
 * @param released why the node gave the lease up by itself; empty while it holds it, and when it just lost it
 * @param executed what the server had executed when that was last published; empty before the first time
 * @param proved when the node last proved that it writes, by its clock; empty before the first time
 */
public record PrimaryRecord(
        String node,
        Address address,
        long term,
        String serverUuid,
        State state,
        Optional<Reason> released,
        Instant since,
        Optional<GtidSet> executed,
        Optional<Instant> proved) {
    /** A primary is established once it accepts writes and its term is journaled. */
    public enum State {
        ESTABLISHING,
        ESTABLISHED
    }

    /** Of one that holds the lease and has not proved yet that it writes. */
    public PrimaryRecord(
            String node,
            Address address,
            long term,
            String serverUuid,
            State state,
            Instant since,
            Optional<GtidSet> executed) {
        this(node, address, term, serverUuid, state, Optional.empty(), since, executed, Optional.empty());
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
    public PrimaryRecord asReleased(Reason why) {
        return new PrimaryRecord(node, address, term, serverUuid, state, Optional.of(why), since, executed, proved);
    }

    /** Whether it gave the lease up for a hand-over that it had announced, and not because its mysqld had died. */
    public boolean handedOver(Optional<Durability> durability) {
        return released.isPresent() && durability.flatMap(Durability::handOver).filter(h -> h.term() == term + 1).isPresent();
    }
}
