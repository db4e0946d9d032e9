package io.autopilot.mysql.core;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which transactions belong to the cluster, by its history (protocol P4, step 3): what the newest primary began with, and what it has
 * written itself. What an older primary has beyond that, nobody took over when its term ended, and nobody ever may.
 */
public final class Lineage {
    private final Set<String> primaryUuids = new TreeSet<>();
    private final Optional<TermRecord> newest;

    public Lineage(List<TermRecord> history) {
        for (TermRecord term : history) {
            primaryUuids.add(term.serverUuid());
            primaryUuids.addAll(term.ancestors());
        }
        newest = history.stream().max(Comparator.comparingLong(TermRecord::term));
    }

    /** What of that set doesn't belong to it. */
    public GtidSet foreignIn(GtidSet received) {
        GtidSet own = received.minus(received.of(newest.map(TermRecord::serverUuid).stream().toList()));
        // Records of older versions don't tell what a term began with.
        return newest.flatMap(TermRecord::executed).map(own::minus).orElseGet(() -> own.minus(own.of(primaryUuids)));
    }
}
