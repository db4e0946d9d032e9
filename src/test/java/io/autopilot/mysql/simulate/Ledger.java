package io.autopilot.mysql.simulate;

import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.fake.FakeServer.Acknowledgement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** What clients of a lossless cluster were told, and what follows from it (design, "What must always hold": G2, G3). */
public final class Ledger {
    private GtidSet acknowledged = GtidSet.EMPTY;
    private GtidSet seen = GtidSet.EMPTY;

    /** A client was told OK. */
    public void acknowledged(GtidSet gtid) {
        acknowledged = acknowledged.union(gtid);
    }

    /** A client could read that at a primary. */
    public void read(GtidSet executed) {
        seen = seen.union(executed);
    }

    public GtidSet acknowledged() {
        return acknowledged;
    }

    public GtidSet seen() {
        return seen;
    }

    /** Nobody acknowledges whom the primary's own entries don't name, unless it is about to be cut off (protocol P1). Before it counts. */
    public static Optional<String> whyUnknown(Acknowledgement ack, Durability published) {
        String replica = ack.replica().uuid();
        boolean unknown = ack.counts()
                && published.newest().primaryUuid().equals(ack.source().uuid())
                && !published.isMember(replica)
                && !published.leaving().contains(replica);
        return unknown
                ? Optional.of(String.format("%s acknowledges %s to %s, and is in no published ack set: %s",
                        replica, ack.received(), ack.source().uuid(), published))
                : Optional.empty();
    }

    /** Whether the others have, and can prove that they have, all that was acknowledged. */
    public static boolean survivesTheLossOf(String serverUuid, Durability published) {
        return Stream.concat(Stream.of(published.proven()), published.next().stream())
                .allMatch(e -> e.acksRequired() > 0 || !e.primaryUuid().equals(serverUuid));
    }

    /** @param received what the server with that uuid has, or had when it was lost */
    public Optional<String> whyNotKept(Durability now, Function<String, GtidSet> received) {
        if (now.mode() != Durability.Mode.LOSSLESS) {
            return Optional.empty();
        }
        GtidSet unkept = now.next()
                .map(next -> unkept(now.proven(), received).intersect(unkept(next, received)))
                .orElseGet(() -> unkept(now.proven(), received));
        if (!unkept.isEmpty()) {
            return Optional.of(String.format("acknowledged, and not kept as is promised: %s; %s", unkept, now));
        }
        GtidSet primarys = received.apply(now.newest().primaryUuid());
        GtidSet gone = acknowledged.minus(primarys);
        if (!gone.isEmpty()) {
            return Optional.of(String.format("acknowledged, and not on the primary of term %d: %s; %s", now.newest().term(), gone, now));
        }
        GtidSet unread = seen.minus(primarys);
        return unread.isEmpty()
                ? Optional.empty()
                : Optional.of(String.format("read at a primary, and not on the primary of term %d: %s", now.newest().term(), unread));
    }

    /** What was acknowledged, and is not where that entry says. */
    private GtidSet unkept(Durability.Entry entry, Function<String, GtidSet> received) {
        if (entry.acksRequired() == 0) {
            return acknowledged.minus(received.apply(entry.primaryUuid()));
        }
        List<GtidSet> lacking =
                entry.ackSet().stream().sorted().map(uuid -> acknowledged.minus(received.apply(uuid))).toList();
        return lackedByMoreThan(entry.ackSet().size() - entry.acksRequired(), lacking);
    }

    /** What is in more than so many of the sets. */
    private static GtidSet lackedByMoreThan(int count, List<GtidSet> sets) {
        List<GtidSet> inAtLeast = new ArrayList<>();
        for (GtidSet set : sets) {
            for (int i = inAtLeast.size(); i >= 1; i--) {
                GtidSet more = inAtLeast.get(i - 1).intersect(set);
                if (i == inAtLeast.size()) {
                    inAtLeast.add(more);
                } else {
                    inAtLeast.set(i, inAtLeast.get(i).union(more));
                }
            }
            if (inAtLeast.isEmpty()) {
                inAtLeast.add(set);
            } else {
                inAtLeast.set(0, inAtLeast.getFirst().union(set));
            }
        }
        return inAtLeast.size() > count ? inAtLeast.get(count) : GtidSet.EMPTY;
    }
}
