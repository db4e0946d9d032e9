package io.autopilot.mysql.core;

import io.autopilot.mysql.core.AckDecision.Admit;
import io.autopilot.mysql.core.AckDecision.Announce;
import io.autopilot.mysql.core.AckDecision.Complete;
import io.autopilot.mysql.core.AckDecision.Keep;
import io.autopilot.mysql.core.AckDecision.Wait;
import io.autopilot.mysql.core.AckView.Replica;
import io.autopilot.mysql.core.Durability.Entry;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps A and W true (protocol P1, P2): a member is published before it may acknowledge, and leaves only through a barrier. One step at a
 * time; level-triggered (G6).
 */
public final class AckRule {
    private AckRule() {}

    /** Decides on one view. */
    public static AckDecision decide(AckView view) {
        long newest = view.durability().newest().term();
        if (newest > view.term()) {
            // What its successor has promised is not this primary's to change.
            return new Wait(new Reason("term " + newest + " has begun"));
        }
        Entry wanted = wanted(view);
        Optional<Entry> pending = view.durability().next().filter(next -> isOfThisTerm(view, next));
        return pending.map(next -> whilePending(view, next, wanted)).orElseGet(() -> whileSettled(view, wanted));
    }

    /**
     * The same for a server that accepts no writes yet: nothing is acknowledged while it is looked at, so that replicas which have all that it has
     * may take the place of members that are gone for good (P1: a barrier is also to see that enough of the new members have it all). A strict
     * primary would wait for those for ever, since it must not fall to nobody.
     */
    public static AckDecision beforeWrites(AckView view) {
        AckDecision decision = decide(view);
        Entry wanted = wanted(view);
        boolean membersAreGone = decision instanceof Wait
                && view.durability().next().filter(next -> isOfThisTerm(view, next) && receiving(view, next) < next.acksRequired()).isPresent();
        return membersAreGone && wanted.acksRequired() > 0 && haveAll(view, wanted) ? announce(view, wanted) : decision;
    }

    private static boolean haveAll(AckView view, Entry entry) {
        return view.replicas().stream().filter(r -> entry.ackSet().contains(r.serverUuid())).allMatch(Replica::caughtUp);
    }

    private static AckDecision whilePending(AckView view, Entry next, Entry wanted) {
        if (acknowledging(view, next) >= next.acksRequired()) {
            return complete(view, next, "acknowledge: " + names(view, next.ackSet()));
        }
        Entry other = withoutMixing(view, next, wanted);
        if (!other.equals(next) && maySupersede(view, next, other)) {
            return becauseAvailable(view, other, announce(view, other));
        }
        Optional<Entry> back = backToProven(view, wanted);
        if (back.isPresent()) {
            return complete(view, back.get(), "back to what is proven: " + names(view, back.get().ackSet()));
        }
        if (receiving(view, next) < next.acksRequired()) {
            // Those who are there can't stand in for those whom this change has counted on; this server has all that was acknowledged.
            Entry nobody = new Entry(view.term(), view.primaryUuid(), Set.of(), 0);
            return becauseAvailable(view, nobody, announce(view, nobody));
        }
        return new Wait(new Reason("waits for " + next.acksRequired() + " of " + names(view, next.ackSet()) + " to acknowledge, "
                + acknowledging(view, next) + " do"));
    }

    private static AckDecision whileSettled(AckView view, Entry wanted) {
        Entry proven = view.durability().proven();
        if (!isOfThisTerm(view, proven)) {
            return announce(view, wanted);
        }
        if (wanted.equals(proven)) {
            return asSettled(view, proven)
                    ? new Keep(new Reason(promise(view, proven)))
                    : complete(view, proven, "the server doesn't do what is promised: " + promise(view, proven));
        }
        boolean onlyGrows = wanted.acksRequired() == proven.acksRequired()
                && wanted.ackSet().containsAll(proven.ackSet())
                && proven.acksRequired() > 0;
        if (onlyGrows || (joins(proven, wanted) && mayMix(proven, wanted))) {
            Entry grown = new Entry(view.term(), view.primaryUuid(), union(proven, wanted), proven.acksRequired());
            return new Admit(view.durability().withProven(grown), new Reason("may acknowledge: " + names(view, wanted.ackSet())));
        }
        return becauseAvailable(view, wanted, announce(view, wanted));
    }

    private static boolean joins(Entry before, Entry after) {
        return !before.ackSet().containsAll(after.ackSet());
    }

    /**
     * Whether a write could be acknowledged by some of the old members and some of the new ones, or by a new one where the old number is still
     * asked for, and so be kept by neither entry. With one acknowledgement in both there is nothing to mix, and without any the primary's own
     * server has all. So a member joins before anything else changes.
     */
    private static boolean mayMix(Entry before, Entry after) {
        return before.acksRequired() > 0 && Math.max(before.acksRequired(), after.acksRequired()) > 1;
    }

    private static Set<String> union(Entry one, Entry other) {
        Set<String> members = new TreeSet<>(one.ackSet());
        members.addAll(other.ackSet());
        return members;
    }

    /** Nobody joins while a change is pending by which writes could be kept by neither entry. */
    private static Entry withoutMixing(AckView view, Entry next, Entry wanted) {
        Entry proven = view.durability().proven();
        if (!mayMix(proven, wanted) && !mayMix(proven, next)) {
            return wanted;
        }
        if (proven.acksRequired() == 1 && next.acksRequired() == 1 && !wanted.ackSet().isEmpty()) {
            // The number changes afterwards: those who are gone for good must not keep the others out.
            return new Entry(view.term(), view.primaryUuid(), wanted.ackSet(), 1);
        }
        Set<String> members = new TreeSet<>(wanted.ackSet());
        members.retainAll(union(proven, next));
        return new Entry(view.term(), view.primaryUuid(), members, view.policy().acksOf(members.size()));
    }

    /** Strict: the last member doesn't leave; what is written waits for it or another. */
    private static AckDecision becauseAvailable(AckView view, Entry wanted, AckDecision decision) {
        boolean fallsToNone = wanted.acksRequired() == 0
                && view.durability().newest().acksRequired() > 0;
        return fallsToNone && view.policy().strict()
                ? new Wait(new Reason("no replica can acknowledge, and LOSSLESS_STRICT asks for writes to wait"))
                : decision;
    }

    private static Announce announce(AckView view, Entry wanted) {
        Set<String> leaving = new HashSet<>(view.durability().leaving());
        leaving.addAll(view.durability().proven().ackSet());
        view.durability().next().ifPresent(next -> leaving.addAll(next.ackSet()));
        leaving.removeAll(wanted.ackSet());
        Durability before = view.durability().withProven(stillKept(view, wanted));
        return new Announce(before.withNext(wanted, leaving), new Reason(change(view, wanted)));
    }

    /**
     * What the old members keep while fewer acknowledgements are asked for: those that a waiting write has already may all come from members that
     * leave, and the server takes them when it is told the lower number. So the old members are promised to have only that many from now on, which
     * needs no barrier; else neither entry would keep that write.
     */
    private static Entry stillKept(AckView view, Entry wanted) {
        Entry proven = view.durability().proven();
        boolean fewer = isOfThisTerm(view, proven)
                && wanted.acksRequired() > 0
                && wanted.acksRequired() < proven.acksRequired();
        return fewer ? new Entry(proven.term(), proven.primaryUuid(), proven.ackSet(), wanted.acksRequired()) : proven;
    }

    private static Complete complete(AckView view, Entry entry, String why) {
        Set<String> cutOff = new HashSet<>(view.durability().leaving());
        cutOff.addAll(view.durability().proven().ackSet());
        view.durability().next().ifPresent(next -> cutOff.addAll(next.ackSet()));
        cutOff.removeAll(entry.ackSet());
        return new Complete(entry, cutOff, view.durability().settled(entry), new Reason(why));
    }

    /**
     * Whether an entry that was announced, and under which writes may have been acknowledged already, can be forgotten: each of those is
     * found by whoever beats the entry that stays or the one that comes.
     */
    private static boolean maySupersede(AckView view, Entry next, Entry wanted) {
        Entry proven = view.durability().proven();
        boolean withinProven =
                proven.ackSet().containsAll(next.ackSet()) && next.acksRequired() >= proven.acksRequired();
        boolean withinWanted =
                wanted.ackSet().containsAll(next.ackSet()) && next.acksRequired() == wanted.acksRequired();
        return wanted.acksRequired() == 0 || withinProven || withinWanted;
    }

    private static Entry wanted(AckView view) {
        Set<String> before = present(view);
        Set<String> members = new TreeSet<>();
        for (Replica replica : view.replicas()) {
            boolean fit = replica.receiving() && replica.unfit().isEmpty();
            if (fit && (before.contains(replica.serverUuid()) || replica.caughtUp())) {
                members.add(replica.serverUuid());
            }
        }
        return new Entry(view.term(), view.primaryUuid(), members, view.policy().acksOf(members.size()));
    }

    private static Set<String> present(AckView view) {
        return view.durability()
                .next()
                .filter(next -> isOfThisTerm(view, next))
                .or(() -> Optional.of(view.durability().proven()).filter(proven -> isOfThisTerm(view, proven)))
                .map(Entry::ackSet)
                .orElse(Set.of());
    }

    private static boolean isOfThisTerm(AckView view, Entry entry) {
        return entry.term() == view.term() && entry.primaryUuid().equals(view.primaryUuid());
    }

    private static long acknowledging(AckView view, Entry entry) {
        return view.replicas().stream()
                .filter(r -> r.receiving() && r.acknowledging() && entry.ackSet().contains(r.serverUuid()))
                .count();
    }

    /**
     * A change can be given up once a commit has passed that only those could acknowledge who are in what is proven, by as many as that asks
     * for: they have all that was acknowledged before.
     */
    private static Optional<Entry> backToProven(AckView view, Entry wanted) {
        Entry proven = view.durability().proven();
        Set<String> members = new TreeSet<>(wanted.ackSet());
        members.retainAll(proven.ackSet());
        int acks = Math.max(proven.acksRequired(), view.policy().acksOf(members.size()));
        if (!isOfThisTerm(view, proven) || proven.acksRequired() == 0 || acks > members.size()) {
            return Optional.empty();
        }
        Entry back = new Entry(view.term(), view.primaryUuid(), members, acks);
        return Optional.of(back).filter(b -> acknowledging(view, b) >= acks);
    }

    private static long receiving(AckView view, Entry entry) {
        return view.replicas().stream()
                .filter(r -> r.receiving() && entry.ackSet().contains(r.serverUuid()))
                .count();
    }

    private static boolean asSettled(AckView view, Entry proven) {
        boolean waits = view.source().sourceOn() && view.source().acksRequired() == proven.acksRequired();
        return proven.acksRequired() == 0 ? !view.source().sourceOn() : waits;
    }

    private static String promise(AckView view, Entry entry) {
        return entry.acksRequired() == 0
                ? "unprotected: no replica acknowledges"
                : "every write is on " + entry.acksRequired() + " of " + names(view, entry.ackSet());
    }

    private static String change(AckView view, Entry wanted) {
        return "from " + names(view, present(view)) + " to " + names(view, wanted.ackSet());
    }

    private static String names(AckView view, Set<String> uuids) {
        Set<String> names = new TreeSet<>();
        for (String uuid : uuids) {
            names.add(view.replicas().stream()
                    .filter(r -> r.serverUuid().equals(uuid))
                    .map(Replica::node)
                    .findFirst()
                    .orElse(uuid));
        }
        return names.isEmpty() ? "nobody" : String.join(", ", names);
    }
}
