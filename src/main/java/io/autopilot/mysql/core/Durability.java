package io.autopilot.mysql.core;

import java.util.Optional;
import java.util.Set;

/**
 * The durability key (protocol P1): what is promised of acknowledged writes, and which change of hands is under way.
 *
 * @param next set while the promise changes; a revocation must beat both entries
 */
public record Durability(
        Mode mode, Entry proven, Optional<Entry> next, Optional<Intent> intent, Optional<HandOver> handOver) {
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

    /** The newest entry that a take-over has to reckon with. */
    public Entry newest() {
        return next.filter(n -> n.term() >= proven.term()).orElse(proven);
    }
}
