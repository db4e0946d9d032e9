package io.autopilot.mysql.search;

import io.autopilot.mysql.search.Action.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * How far a search goes.
 *
 * @param acks REPLICATION_ACKS at the beginning
 * @param depth so many actions in a row
 * @param faults so many of them faults, or what a person asks for
 * @param parks so many hooks that stop half-way
 * @param writes so many writes of clients; those of hooks don't count
 * @param kinds what can happen at all
 * @param given what has happened before, out of the bounds
 */
record Bounds(int acks, int depth, int faults, int parks, int writes, Set<Kind> kinds, List<Action> given) {
    Bounds {
        kinds = Set.copyOf(kinds);
        given = List.copyOf(given);
    }

    static Bounds of(int acks, int depth, int faults, int parks, int writes) {
        return new Bounds(acks, depth, faults, parks, writes, EnumSet.allOf(Kind.class), List.of());
    }

    Bounds only(Kind first, Kind... others) {
        return only(EnumSet.of(first, others));
    }

    Bounds only(Set<Kind> some) {
        return new Bounds(acks, depth, faults, parks, writes, some, given);
    }

    Bounds after(Action... actions) {
        return new Bounds(acks, depth, faults, parks, writes, kinds, List.of(actions));
    }

    Bounds with(int otherDepth, int otherFaults, int otherParks, int otherWrites) {
        return new Bounds(acks, otherDepth, otherFaults, otherParks, otherWrites, kinds, given);
    }

    @Override
    public String toString() {
        return "W=" + acks + ", depth " + depth + ", " + faults + " faults, " + parks + " hooks that stop half-way, " + writes + " writes"
                + (given.isEmpty() ? "" : ", after " + given);
    }
}
