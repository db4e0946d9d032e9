package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an operator's word is judged by.
 *
 * @param self the node that the operator is on
 * @param damaged whether the config key can't be read, and so is a pause
 * @param primary who holds the lease, or held it last
 * @param durability what is promised
 * @param held whether a live session holds it
 * @param nodes all that are registered
 * @param lease for how long a primary counts as alive after it last proved that it writes
 */
public record WordView(
        String self,
        ClusterConfig config,
        boolean damaged,
        Optional<PrimaryRecord> primary,
        Optional<Durability> durability,
        boolean held,
        Set<String> nodes,
        List<TermRecord> history,
        Duration lease,
        Instant now) {
    public WordView {
        nodes = Set.copyOf(nodes);
        history = List.copyOf(history);
    }

    /** The newest term; 0 for none. */
    long newestTerm() {
        return history.stream().mapToLong(TermRecord::term).max().orElse(0);
    }
}
