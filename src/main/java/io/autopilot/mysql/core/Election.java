package io.autopilot.mysql.core;

import io.autopilot.mysql.core.Verdict.Standing;
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

    /** Decides for one node. */
    public static ElectionDecision decide(ElectionView view) {
        String self = view.self();
        Lineage lineage = view.lineage();
        Map<String, Candidate> sound = sound(view);
        Map<String, GtidSet> errant = errant(view);
        Candidate me = sound.get(self);
        if (me == null) {
            return new ElectionDecision.Stop(new Reason(errant.containsKey(self)
                    ? self + " has errant transactions " + errant.get(self)
                    : self + " is not among the nodes that could be read"));
        }
        GtidSet kept = received(sound.values());
        GtidSet elsewhere = lineage.needed(received(view.candidates())).minus(kept);
        return elsewhere.isEmpty() ? decide(me, sound, errant, kept) : new ElectionDecision.Stop(new Reason("only nodes that are left out for"
                + " errant transactions have " + elsewhere + ", which the last primary began with; left out: " + errant));
    }

    /** What speaks for and against each node that is known, in the order of their names. */
    public static List<Verdict> verdicts(ElectionView view) {
        Map<String, Candidate> sound = sound(view);
        GtidSet all = received(sound.values());
        Map<String, Verdict> verdicts = new TreeMap<>();
        view.leftOut().forEach((node, why) -> verdicts.put(node, new Verdict(node, Standing.OUT, why)));
        errant(view).forEach((node, foreign) ->
                verdicts.put(node, new Verdict(node, Standing.ERRANT, new Reason("has errant transactions " + foreign))));
        sound.values().forEach(candidate -> verdicts.put(candidate.node(), verdict(view.self(), candidate, all)));
        return List.copyOf(verdicts.values());
    }

    private static Verdict verdict(String self, Candidate candidate, GtidSet all) {
        GtidSet missing = all.minus(candidate.received());
        if (candidate.barred().isPresent()) {
            return new Verdict(candidate.node(), Standing.BARRED, candidate.barred().get());
        }
        if (!missing.isEmpty()) {
            return new Verdict(candidate.node(), Standing.BEHIND, new Reason("lacks " + missing));
        }
        String has = "has all that the others have";
        return new Verdict(candidate.node(), Standing.FIT, new Reason(candidate.node().equals(self)
                ? has
                : has + "; among equals the one that began goes on: " + self));
    }

    private static Map<String, Candidate> sound(ElectionView view) {
        Map<String, Candidate> sound = new TreeMap<>();
        view.candidates().stream()
                .filter(candidate -> view.lineage().foreignIn(candidate.received()).isEmpty())
                .forEach(candidate -> sound.put(candidate.node(), candidate));
        return sound;
    }

    private static Map<String, GtidSet> errant(ElectionView view) {
        Map<String, GtidSet> errant = new TreeMap<>();
        for (Candidate candidate : view.candidates()) {
            GtidSet foreign = view.lineage().foreignIn(candidate.received());
            if (!foreign.isEmpty()) {
                errant.put(candidate.node(), foreign);
            }
        }
        return errant;
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
