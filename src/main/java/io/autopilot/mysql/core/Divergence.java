package io.autopilot.mysql.core;

import java.util.Set;

/**
 * What keeps a server from following the primary: transactions on either side that replication can't bring to the other, or that it can't
 * read any more.
 *
 * @param errant what this server has and the primary lacks
 * @param purged what this server lacks and the primary's binary logs hold no more
 * @param unreadable what it has received, has not applied and can't: its relay log is damaged
 */
public record Divergence(GtidSet errant, GtidSet purged, GtidSet unreadable) {
    /**
     * Compares the two; this server's state has to be sampled first (protocol P5).
     *
     * <p>The primary's own transactions never count as errant: a replica receives them a moment before the primary's gtid_executed shows
     * them, and no restored directory has an old server's uuid.
     */
    public static Divergence between(ServerState mine, GtidSet primaryExecuted, GtidSet primaryPurged, String primaryUuid) {
        GtidSet extra = mine.received().minus(primaryExecuted);
        GtidSet unreadable = mine.replication()
                .filter(ReplicationState::isTorn)
                .map(r -> r.retrieved().minus(mine.executed()))
                .orElse(GtidSet.EMPTY);
        return new Divergence(extra.minus(extra.of(Set.of(primaryUuid))), primaryPurged.minus(mine.received()), unreadable);
    }

    public boolean isNone() {
        return errant.isEmpty() && purged.isEmpty() && unreadable.isEmpty();
    }

    /** In words; errant transactions first, since with them nothing else matters. */
    public Reason reason(String primary) {
        if (!errant.isEmpty()) {
            return new Reason("errant transactions that " + primary + " lacks: " + errant);
        }
        return new Reason(purged.isEmpty()
                ? "the relay log is damaged, and " + unreadable + " in it can't be applied"
                : primary + " has purged the binary logs that this server needs: " + purged);
    }
}
