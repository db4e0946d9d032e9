package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterConfig;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.TermRecord.Kind;
import io.autopilot.mysql.core.Verdict;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What came of announcing. */
sealed interface Announcement {
    /** This node's announcement as it is in Consul, why it was made, and who was the primary. */
    record Made(long term, Reason why, Indexed<Durability> durability, PrimaryRecord last, Indexed<ClusterConfig> config)
            implements Announcement {
        Succession succession(GtidSet lost, List<Verdict> election) {
            boolean planned = last.handedOver(Optional.of(durability.value()));
            return new Succession(planned ? Kind.SWITCHOVER : Kind.FAILOVER, Optional.of(last), lost, election, Set.of());
        }
    }

    /**
     * None was made.
     *
     * @param forNow another node has announced the same, which it may take back at once, to yield to this one
     */
    record Refused(Reason reason, boolean forNow) implements Announcement {}
}
