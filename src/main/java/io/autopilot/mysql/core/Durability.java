package io.autopilot.mysql.core;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The durability key (protocol P1): what is promised of acknowledged writes, and which change of hands is under way.
 *
 * @param next set while the promise changes; a revocation must beat both entries
 * @param leaving servers that were in a published ack set and may still acknowledge, until they are cut off for sure (protocol P2)
 */
public record Durability(
        Mode mode,
        Entry proven,
        Optional<Entry> next,
        Set<String> leaving,
        Optional<Intent> intent,
        Optional<HandOver> handOver) {
    public Durability {
        leaving = Set.copyOf(leaving);
    }

    /** How acknowledged writes are kept. */
    public enum Mode {
        ASYNC,
        LOSSLESS
    }

    /**
     * Every write acknowledged in this term is on at least {@code acksRequired} members of {@code ackSet}.
     *
     * @param ackSet server uuids of data directories
     */
    public record Entry(long term, String primaryUuid, Set<String> ackSet, int acksRequired) {
        public Entry {
            ackSet = Set.copyOf(ackSet);
            if (acksRequired < 0 || acksRequired > ackSet.size()) {
                throw new IllegalArgumentException(
                        "acks required " + acksRequired + " of a set of " + ackSet.size() + " can never be had");
            }
        }

        /** How many of the ack set have to be stopped so that this entry's primary can't acknowledge any more: |A|-W+1. */
        public int revocationQuorum() {
            return ackSet.size() - acksRequired + 1;
        }

        /** Whether no write can be acknowledged under this entry any more, and every acknowledged one is among the stopped. */
        public boolean beatenBy(Set<String> stoppedMembers, boolean primaryFenced) {
            long stopped = ackSet.stream().filter(stoppedMembers::contains).count();
            return primaryFenced || stopped >= revocationQuorum();
        }
    }

    /** A candidate's announcement that it is taking over (protocol P4). */
    public record Intent(long term, String candidate, String session) {}

    /**
     * A primary's announcement that it hands over to a replica (protocol P8).
     *
     * @param mustHold what the new primary has to have applied; empty until the old one is fenced
     */
    public record HandOver(long term, String from, String to, Optional<GtidSet> mustHold) {}

    /**
     * What a new term begins with. The old promise stays proven until the new term's barrier has passed (protocol P1).
     *
     * @param entry what the new primary is going to ask for
     * @param before what is in Consul; empty for a founder
     */
    public static Durability beginning(Mode mode, Entry entry, Optional<Durability> before) {
        Optional<Durability> promised = before.filter(b -> b.mode() == Mode.LOSSLESS && mode == Mode.LOSSLESS);
        if (promised.isEmpty()) {
            Entry none = new Entry(entry.term(), entry.primaryUuid(), Set.of(), 0);
            Optional<Entry> next = mode == Mode.LOSSLESS ? Optional.of(entry).filter(e -> !e.equals(none)) : Optional.empty();
            return new Durability(mode, none, next, Set.of(), Optional.empty(), Optional.empty());
        }
        Set<String> leaving = new HashSet<>(promised.get().leaving());
        leaving.addAll(promised.get().proven().ackSet());
        promised.get().next().ifPresent(next -> leaving.addAll(next.ackSet()));
        leaving.removeAll(entry.ackSet());
        return new Durability(
                mode, kept(promised.get(), entry), Optional.of(entry), leaving, Optional.empty(), Optional.empty());
    }

    /**
     * What stays proven while a new term begins. Writes that were acknowledged under a change that was not over, and that what is proven
     * doesn't keep, are on the new primary for certain and on nobody else.
     */
    private static Entry kept(Durability before, Entry begun) {
        Entry proven = before.proven();
        boolean all = before.next()
                .filter(next -> !proven.ackSet().containsAll(next.ackSet()) || next.acksRequired() < proven.acksRequired())
                .isEmpty();
        return all ? proven : new Entry(begun.term(), begun.primaryUuid(), Set.of(), 0);
    }

    /** The same promise to more members. */
    public Durability withProven(Entry entry) {
        return new Durability(mode, entry, next, leaving, intent, handOver);
    }

    /** The same, about to change. */
    public Durability withNext(Entry entry, Set<String> stillLeaving) {
        return new Durability(mode, proven, Optional.of(entry), stillLeaving, intent, handOver);
    }

    /** The change is over: that is promised, and nobody else can acknowledge. */
    public Durability settled(Entry entry) {
        return new Durability(mode, entry, Optional.empty(), Set.of(), intent, handOver);
    }

    public Durability withIntent(Optional<Intent> announced) {
        return new Durability(mode, proven, next, leaving, announced, handOver);
    }

    public Durability withHandOver(Optional<HandOver> announced) {
        return new Durability(mode, proven, next, leaving, intent, announced);
    }

    /** Whether that server may have acknowledged, whoever wrote. */
    public boolean isMember(String serverUuid) {
        return Stream.concat(Stream.of(proven), next.stream()).anyMatch(e -> e.ackSet().contains(serverUuid));
    }

    /** Whether that server may acknowledge what that primary writes in that term. */
    public boolean isMember(String serverUuid, long term, String primaryUuid) {
        return mode == Mode.LOSSLESS
                && Stream.concat(Stream.of(proven), next.stream())
                        .anyMatch(e -> e.term() == term
                                && e.primaryUuid().equals(primaryUuid)
                                && e.ackSet().contains(serverUuid));
    }

    /**
     * Whether that server may begin to acknowledge what that primary writes in that term. One that is leaving may have been cut off already, and
     * as many acknowledgements be asked for as the change is to bring: with its one a write could be kept by neither entry, unless one was enough.
     */
    public boolean mayBegin(String serverUuid, long term, String primaryUuid) {
        boolean oneIsEnough = proven.acksRequired() == 1 && proven.ackSet().contains(serverUuid);
        return isMember(serverUuid, term, primaryUuid) && (oneIsEnough || !leaving.contains(serverUuid));
    }

    /** The newest entry that a take-over has to reckon with. */
    public Entry newest() {
        return next.filter(n -> n.term() >= proven.term()).orElse(proven);
    }
}
