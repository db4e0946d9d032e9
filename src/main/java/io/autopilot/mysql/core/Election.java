package io.autopilot.mysql.core;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Decides, for one node, who becomes primary (protocol P4, step 3): only transactions that belong to the cluster by its
 * history count; the winner's set must contain everybody's; sets of which none contains the others stop the election.
 */
public final class Election {
    private Election() {}

    /**
     * Decides for one node, from sets that can't grow any more.
     *
     * @param self the node that decides; must be among the candidates
     * @param candidates every node that could be reached, with its receiver stopped
     * @param lineage what belongs to this cluster
     */
    public static ElectionDecision decide(String self, List<Candidate> candidates, Lineage lineage) {
        Map<String, Candidate> sound = new TreeMap<>();
        Map<String, GtidSet> errant = new TreeMap<>();
        for (Candidate candidate : candidates) {
            GtidSet foreign = lineage.foreignIn(candidate.received());
            if (foreign.isEmpty()) {
                sound.put(candidate.node(), candidate);
            } else {
                errant.put(candidate.node(), foreign);
            }
        }
        Candidate me = sound.get(self);
        if (me == null) {
            return new ElectionDecision.Stop(new Reason(errant.containsKey(self)
                    ? self + " has errant transactions " + errant.get(self)
                    : self + " is not among the nodes that could be read"));
        }
        GtidSet kept = received(sound.values());
        GtidSet elsewhere = lineage.needed(received(candidates)).minus(kept);
        return elsewhere.isEmpty() ? decide(me, sound, errant, kept) : new ElectionDecision.Stop(new Reason("only nodes that are left out for"
                + " errant transactions have " + elsewhere + ", which the last primary began with; left out: " + errant));
    }

    private static GtidSet received(Collection<Candidate> candidates) {
        return candidates.stream().map(Candidate::received).reduce(GtidSet.EMPTY, GtidSet::union);
    }

    private static ElectionDecision decide(Candidate me, Map<String, Candidate> sound, Map<String, GtidSet> errant, GtidSet all) {
        List<Candidate> most =
                sound.values().stream().filter(c -> c.received().contains(all)).toList();
        if (most.isEmpty()) {
            return new ElectionDecision.Stop(new Reason("no node has everything: " + differences(sound, all)));
        }
        Optional<Candidate> open =
                most.stream().filter(c -> c.barred().isEmpty()).findFirst();
        if (me.barred().isPresent()) {
            return open.<ElectionDecision>map(c -> new ElectionDecision.Yield(c.node(), me.barred().get()))
                    .orElseGet(() -> new ElectionDecision.Stop(me.barred().get()));
        }
        if (me.received().contains(all)) {
            return new ElectionDecision.Promote(all, promotionReason(me, sound, errant));
        }
        if (open.isPresent()) {
            return new ElectionDecision.Yield(
                    open.get().node(),
                    new Reason(open.get().node() + " has " + all.minus(me.received()) + " more than " + me.node()));
        }
        Candidate source = most.getFirst();
        GtidSet missing = all.minus(me.received());
        return new ElectionDecision.FetchFrom(
                source.node(),
                missing,
                new Reason(source.node() + " has " + missing + " more but must not be promoted: "
                        + source.barred().map(Reason::text).orElse("")));
    }

    private static Reason promotionReason(Candidate me, Map<String, Candidate> sound, Map<String, GtidSet> errant) {
        String text = sound.size() == 1
                ? me.node() + " is the only node that could be read and counts"
                : me.node() + " is the most advanced of " + String.join(", ", sound.keySet());
        return new Reason(errant.isEmpty() ? text : text + "; left out for errant transactions: " + errant);
    }

    private static String differences(Map<String, Candidate> sound, GtidSet all) {
        Map<String, GtidSet> lacking = new TreeMap<>();
        sound.forEach((node, c) -> lacking.put(node, all.minus(c.received())));
        return "each lacks " + lacking;
    }
}
