package io.autopilot.mysql.core;

import java.util.List;
import java.util.Optional;

/**
 * What a primary decides on about who acknowledges its writes.
 *
 * @param durability as it is in Consul
 * @param source its own server
 * @param replicas the other servers that could be asked
 */
public record AckView(
        long term, String primaryUuid, Durability durability, SemiSync source, List<Replica> replicas, AckPolicy policy) {
    public AckView {
        replicas = List.copyOf(replicas);
    }

    /**
     * A server that could be asked.
     *
     * @param receiving its receiver is connected to this primary
     * @param caughtUp it has received all that the primary had executed before
     * @param acknowledging it acknowledges what it receives
     * @param unfit why it must not be a member; empty: it may
     */
    public record Replica(
            String node,
            String serverUuid,
            boolean receiving,
            boolean caughtUp,
            boolean acknowledging,
            Optional<Reason> unfit) {}
}
