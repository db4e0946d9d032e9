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

    /**
     * Without the terms that came to nothing: their barrier has not passed, and nobody has received a transaction of theirs. Such a term must not
     * make foreign what its predecessor has, since it may have ended before anybody else had what it began with.
     *
     * @param proven the newest term whose barrier has passed
     * @param received what those have together whose acknowledgements such a term would have needed
     */
    public static Lineage ofWhatCameToBe(List<TermRecord> history, long proven, GtidSet received) {
        return new Lineage(history.stream().filter(term -> term.term() <= proven || hasWritten(term, received)).toList());
    }

    private static boolean hasWritten(TermRecord term, GtidSet received) {
        GtidSet written = received.of(List.of(term.serverUuid()));
        return !term.executed().map(written::minus).orElse(written).isEmpty();
    }

    /** What of that set the newest primary began with. */
    GtidSet needed(GtidSet received) {
        return newest.flatMap(TermRecord::executed).map(received::intersect).orElse(GtidSet.EMPTY);
    }

    /** What of that set doesn't belong to it. */
    public GtidSet foreignIn(GtidSet received) {
        GtidSet own = received.minus(received.of(newest.map(TermRecord::serverUuid).stream().toList()));
        // Records of older versions don't tell what a term began with.
        return newest.flatMap(TermRecord::executed).map(own::minus).orElseGet(() -> own.minus(own.of(primaryUuids)));
    }
}
