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
    private final Ledger ledger = new Ledger();
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
        durability.flatMap(d -> Ledger.whyUnknown(ack, d)).ifPresent(this::violated);
    }

    void read(FakeServer server) {
        if (simulation.lossless) {
            ledger.read(server.executed());
        }
    }

    void bug(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        violated("a hook ended with " + text);
    }

    void lost(FakeServer server) {
        lost.put(server.uuid(), server);
    }

    /** Whether the others have, and can prove that they have, all that was acknowledged. */
    boolean survivesTheLossOf(SimNode node) {
        look();
        return durability.filter(d -> !simulation.lossless || Ledger.survivesTheLossOf(node.server.uuid(), d)).isPresent();
    }

    Optional<String> violation() {
        return violation;
    }

    private void violated(String what) {
        if (violation.isEmpty()) {
            violation = Optional.of(what);
            simulation.trace("VIOLATION %s", what);
        }
    }

    boolean holds() {
        boolean changed = look() | !fresh.isEmpty();
        for (Acknowledged one : fresh) {
            simulation.trace("acknowledged %s", one.gtid());
            ledger.acknowledged(one.gtid());
            last = Optional.of(one);
        }
        if (simulation.lossless) {
            if (changed) {
                durability.flatMap(d -> ledger.whyNotKept(d, this::received)).ifPresent(this::violated);
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
            violated("two servers may write: " + rightful.stream().map(n -> n.name).toList());
        }
    }

    private GtidSet received(String uuid) {
        return Optional.ofNullable(lost.get(uuid))
                .or(() -> simulation.nodes.stream().map(n -> n.server).filter(s -> s.uuid().equals(uuid)).findFirst())
                .map(server -> server.received().union(server.logged()))
                .orElse(GtidSet.EMPTY);
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
        if (needsAnOperator()) {
            return Optional.empty();
        }
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
        GtidSet gone = simulation.lossless ? ledger.acknowledged().minus(primary.server.executed()) : GtidSet.EMPTY;
        return gone.isEmpty() ? whyNotFollowed(primary, record.orElseThrow()) : Optional.of("lost: " + gone);
    }

    /** A disk is lost, and with it what the others would have to know to go on: they say so and wait for manage failover. */
    private boolean needsAnOperator() {
        String why = simulation.lossless ? "no quorum" : "errant transactions";
        return !lost.isEmpty()
                && simulation.nodes.stream().noneMatch(n -> n.server.writable())
                && simulation.nodes.stream().flatMap(n -> n.last.stream()).anyMatch(o -> o.reason().text().contains(why));
    }

    private Optional<String> whyNotFollowed(SimNode primary, PrimaryRecord record) {
        Set<String> followers = new TreeSet<>();
        for (SimNode node : simulation.nodes) {
            FakeServer server = node.server;
            boolean errant = !server.received().minus(primary.server.received().union(primary.server.logged())).isEmpty();
            boolean needsAnother = !primary.server.purged().minus(server.received()).isEmpty();
            boolean follows = server.replicates()
                    && server.isConnected()
                    && server.source().equals(Optional.of(primary.server.address()));
            if (node != primary && follows && !errant) {
                followers.add(server.uuid());
            } else if (node != primary && !((errant || needsAnother) && node.last.filter(o -> OUT.contains(o.decision())).isPresent())) {
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
