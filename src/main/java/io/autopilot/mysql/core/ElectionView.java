package io.autopilot.mysql.core;

import java.util.List;
import java.util.Map;

/**
 * What an election is decided on: sets that can't grow any more.
 *
 * @param self the node that decides; must be among the candidates to be promoted
 * @param candidates every node that could be reached, with its receiver stopped
 * @param leftOut every other node that is known, and why it doesn't count
 * @param lineage what belongs to this cluster
 */
public record ElectionView(String self, List<Candidate> candidates, Map<String, Reason> leftOut, Lineage lineage) {
    public ElectionView {
        candidates = List.copyOf(candidates);
        leftOut = Map.copyOf(leftOut);
    }
}
