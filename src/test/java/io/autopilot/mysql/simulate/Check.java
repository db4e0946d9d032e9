package io.autopilot.mysql.simulate;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.fake.FakeServer.Acknowledgement;
import io.autopilot.mysql.fake.FakeWrite;
import io.autopilot.mysql.port.Consul.KvEntry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What must hold after every step (design, "What must always hold"), and what must come to be once nothing goes wrong any more. */
final class Check {
    private static final String DURABILITY = "mysql/durability";
    private static final Set<String> OUT = Set.of("StayOut", "Diverged");
    static final String LEASE = "mysql-primary";
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final Duration RECENTLY = Duration.ofSeconds(3);

    private final Simulation simulation;
    private final List<Acknowledged> fresh = new ArrayList<>();
    private final Map<String, FakeServer> lost = new HashMap<>();
    private GtidSet acknowledged = GtidSet.EMPTY;
    private GtidSet seen = GtidSet.EMPTY;
    private long durabilityIndex = -1;
    private Optional<Durability> durability = Optional.empty();
    private Optional<String> violation = Optional.empty();
    private Optional<String> unsettled = Optional.empty();
    private Optional<Acknowledged> last = Optional.empty();
    private Duration lastLook = Duration.ZERO;

    private record Acknowledged(FakeServer server, GtidSet gtid, Duration at) {}

    Check(Simulation simulation) {
        this.simulation = simulation;
    }

    void acknowledged(FakeServer server, FakeWrite write) {
        fresh.add(new Acknowledged(server, write.gtid(), simulation.time.uptime()));
    }

    /** Before it counts. Nobody acknowledges whom the primary's own entries don't name, unless it is about to be cut off (protocol P1). */
    void acknowledges(Acknowledgement ack) {
        look();
        boolean unknown = ack.counts()
                && durability.filter(d -> d.newest().primaryUuid().equals(ack.source().uuid()))
                        .filter(d -> !d.isMember(ack.replica().uuid()) && !d.leaving().contains(ack.replica().uuid()))
                        .isPresent();
        if (unknown) {
            violated("%s acknowledges %s to %s, and is in no published ack set: %s", ack.replica().uuid(), ack.received(),
                    ack.source().uuid(), durability.orElseThrow());
        }
    }

    void read(FakeServer server) {
        if (simulation.lossless) {
            seen = seen.union(server.executed());
        }
    }

    void bug(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        violated("a hook ended with %s", text);
    }

    void lost(FakeServer server) {
        lost.put(server.uuid(), server);
    }

    /** Whether the others have, and can prove that they have, all that was acknowledged. */
    boolean survivesTheLossOf(SimNode node) {
        look();
        return durability.isPresent()
                && java.util.stream.Stream.concat(
                                java.util.stream.Stream.of(durability.get().proven()), durability.get().next().stream())
                        .allMatch(e -> !simulation.lossless
                                || e.acksRequired() > 0
                                || !e.primaryUuid().equals(node.server.uuid()));
    }

    Optional<String> violation() {
        return violation;
    }

    private void violated(String format, Object... arguments) {
        if (violation.isEmpty()) {
            violation = Optional.of(String.format(format, arguments));
            simulation.trace("VIOLATION %s", violation.get());
        }
    }

    boolean holds() {
        boolean changed = look() | !fresh.isEmpty();
        for (Acknowledged one : fresh) {
            simulation.trace("acknowledged %s", one.gtid());
            acknowledged = acknowledged.union(one.gtid());
            last = Optional.of(one);
        }
        if (simulation.lossless) {
            if (changed) {
                durability.ifPresent(this::isKept);
            }
        } else {
            oneIsRightful();
        }
        fresh.clear();
        return violation.isEmpty();
    }

    private boolean look() {
        Optional<KvEntry> entry = simulation.consul.peek(DURABILITY);
        long index = entry.map(KvEntry::modifyIndex).orElse(0L);
        if (index == durabilityIndex) {
            return false;
        }
        durabilityIndex = index;
        durability = entry.map(e -> ClusterRecords.readDurability(e.key(), e.value()));
        return true;
    }

    /** G1, asynchronous. */
    private void oneIsRightful() {
        List<SimNode> rightful = simulation.nodes.stream().filter(SimNode::isRightful).toList();
        if (rightful.size() > 1) {
            violated("two servers may write: %s", rightful.stream().map(n -> n.name).toList());
        }
    }

    /** G2 and G3, lossless. */
    private void isKept(Durability now) {
        if (now.mode() != Durability.Mode.LOSSLESS) {
            return;
        }
        GtidSet unkept = now.next().map(next -> unkept(now.proven()).intersect(unkept(next))).orElseGet(() -> unkept(now.proven()));
        if (!unkept.isEmpty()) {
            violated("acknowledged, and not kept as is promised: %s; %s", unkept, now);
        }
        String primary = now.newest().primaryUuid();
        GtidSet gone = acknowledged.minus(received(primary));
        if (!gone.isEmpty()) {
            violated("acknowledged, and not on the primary of term %d: %s; %s", now.newest().term(), gone, now);
        }
        GtidSet unread = seen.minus(received(primary));
        if (!unread.isEmpty()) {
            violated("read at a primary, and not on the primary of term %d: %s", now.newest().term(), unread);
        }
    }

    /** What was acknowledged, and is not where that entry says. */
    private GtidSet unkept(Durability.Entry entry) {
        if (entry.acksRequired() == 0) {
            return acknowledged.minus(received(entry.primaryUuid()));
        }
        List<GtidSet> lacking = entry.ackSet().stream()
                .sorted()
                .map(uuid -> acknowledged.minus(received(uuid)))
                .toList();
        return lackedByMoreThan(entry.ackSet().size() - entry.acksRequired(), lacking);
    }

    private GtidSet received(String uuid) {
        return Optional.ofNullable(lost.get(uuid))
                .or(() -> simulation.nodes.stream().map(n -> n.server).filter(s -> s.uuid().equals(uuid)).findFirst())
                .map(server -> server.received().union(server.logged()))
                .orElse(GtidSet.EMPTY);
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

    // Convergence.

    boolean hasConverged(Duration began) {
        if (simulation.time.uptime().minus(lastLook).compareTo(BETWEEN_LOOKS) < 0) {
            return false;
        }
        lastLook = simulation.time.uptime();
        unsettled = whyUnsettled();
        return unsettled.isEmpty() && simulation.time.uptime().minus(began).compareTo(BETWEEN_LOOKS) > 0;
    }

    Optional<String> whyNotConverged() {
        return unsettled.map(why -> "no end of it: " + why);
    }

    private Optional<String> whyUnsettled() {
        List<SimNode> writable = simulation.nodes.stream().filter(n -> n.server.writable()).toList();
        if (writable.size() != 1 || !writable.getFirst().server.isOpen()) {
            return Optional.of("writable: " + writable.stream().map(n -> n.name).toList() + "; " + outcomes());
        }
        SimNode primary = writable.getFirst();
        Optional<KvEntry> lease = simulation.consul.peek(LEASE);
        Optional<PrimaryRecord> record = lease.map(e -> ClusterRecords.readPrimary(e.key(), e.value()));
        boolean established = lease.flatMap(KvEntry::session).isPresent()
                && record.filter(r -> r.serverUuid().equals(primary.server.uuid()) && r.state() == PrimaryRecord.State.ESTABLISHED)
                        .isPresent();
        if (!established) {
            return Optional.of(primary.name + " writes, the lease says " + record);
        }
        boolean acknowledges = last.filter(a -> a.server() == primary.server
                        && simulation.time.uptime().minus(a.at()).compareTo(RECENTLY) < 0)
                .isPresent();
        if (!acknowledges) {
            return Optional.of(primary.name + " acknowledges nothing; " + outcomes());
        }
        GtidSet gone = simulation.lossless ? acknowledged.minus(primary.server.executed()) : GtidSet.EMPTY;
        return gone.isEmpty() ? whyNotFollowed(primary, record.orElseThrow()) : Optional.of("lost: " + gone);
    }

    private Optional<String> whyNotFollowed(SimNode primary, PrimaryRecord record) {
        Set<String> followers = new TreeSet<>();
        for (SimNode node : simulation.nodes) {
            FakeServer server = node.server;
            boolean errant = !server.received().minus(primary.server.received().union(primary.server.logged())).isEmpty();
            boolean follows = server.replicates()
                    && server.isConnected()
                    && server.source().equals(Optional.of(primary.server.address()));
            if (node != primary && follows && !errant) {
                followers.add(server.uuid());
            } else if (node != primary && !(errant && node.last.filter(o -> OUT.contains(o.decision())).isPresent())) {
                return Optional.of(node.name + " doesn't follow " + primary.name + "; " + outcomes());
            }
        }
        look();
        boolean settled = !simulation.lossless
                || durability.filter(d -> d.next().isEmpty()
                                && d.proven().term() == record.term()
                                && d.proven().ackSet().equals(followers))
                        .isPresent();
        return settled ? Optional.empty() : Optional.of("followed by " + followers + ", promised is " + durability);
    }

    private String outcomes() {
        return simulation.nodes.stream()
                .map(n -> n.name + (n.runs() ? " " : " (down) ") + n.last.map(o -> o.decision() + ", " + o.reason()).orElse(""))
                .collect(Collectors.joining("; "));
    }
}
