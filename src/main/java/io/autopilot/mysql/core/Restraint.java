package io.autopilot.mysql.core;

import java.util.Optional;

/**
 * What holds changes of roles back, as one node sees it. It never holds a fence back, nor a primary that has its right to write, nor
 * replication.
 *
 * @param paused why no role changes by itself, not even after a planned hand-over
 * @param heldBack why no failover happens by itself; a planned hand-over does
 * @param maintenance why this node neither takes over nor serves
 */
public record Restraint(Optional<Reason> paused, Optional<Reason> heldBack, Optional<Reason> maintenance) {
    public static final Restraint NONE = new Restraint(Optional.empty(), Optional.empty(), Optional.empty());

    /** Why no failover happens by itself. */
    public Optional<Reason> failover() {
        return paused.or(() -> heldBack);
    }
}
