package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.core.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a new primary comes to be, for the history.
 *
 * @param last the primary before
 * @param lost what the last primary is known to have had and the new one lacks
 * @param election what spoke for and against each node; empty when nobody had to be elected
 * @param ancestors servers whose transactions are in the data though the history doesn't name them
 */
record Succession(TermRecord.Kind kind, Optional<PrimaryRecord> last, GtidSet lost, List<Verdict> election, Set<String> ancestors) {
    static Succession founding(Set<String> ancestors) {
        return new Succession(TermRecord.Kind.FOUNDED, Optional.empty(), GtidSet.EMPTY, List.of(), ancestors);
    }
}
