package io.autopilot.mysql.core;

import java.util.Optional;
import java.util.Set;

/**
 * What the data of a snapshot must be like for a node that is made of it to follow the primary.
 *
 * @param executed what the primary has executed
 * @param purged what its binary logs hold no more
 * @param primaryUuid its server's uuid
 */
public record CatchUp(GtidSet executed, GtidSet purged, String primaryUuid) {
    public static CatchUp with(ServerState primary) {
        return new CatchUp(primary.executed(), primary.purged(), primary.serverUuid());
    }

    /** The number of transactions that a node made of it would have to apply. */
    public long missingFrom(GtidRange snapshot) {
        return executed.minus(snapshot.atLeast()).count();
    }

    /** Why a node made of it could not follow; empty when it can. */
    public Optional<Reason> whyNot(GtidRange snapshot) {
        GtidSet extra = snapshot.atMost().minus(executed);
        // It may be younger than the look at the primary.
        GtidSet errant = extra.minus(extra.of(Set.of(primaryUuid)));
        if (!errant.isEmpty()) {
            return Optional.of(new Reason("it holds transactions that the primary lacks: " + errant));
        }
        GtidSet gone = purged.minus(snapshot.atLeast());
        return gone.isEmpty()
                ? Optional.empty()
                : Optional.of(new Reason("the primary has purged the binary logs with what it lacks: " + gone));
    }
}
