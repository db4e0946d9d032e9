package io.autopilot.mysql.search;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.fake.FakeServer.Acknowledgement;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.simulate.Ledger;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What must hold, looked at after every call that changes something; the first thing that doesn't is kept. */
final class Watch {
    private final World world;
    private final Ledger ledger = new Ledger();
    private final Map<String, FakeServer> lost = new TreeMap<>();
    private long durabilityIndex = -1;
    private Optional<Durability> durability = Optional.empty();
    private Optional<String> violation = Optional.empty();

    Watch(World world) {
        this.world = world;
    }

    Optional<String> violation() {
        return violation;
    }

    Optional<Durability> durability() {
        return durability;
    }

    /** A client was told OK. */
    void acknowledged(GtidSet gtid) {
        ledger.acknowledged(gtid);
    }

    /** Before it counts. */
    void acknowledges(Acknowledgement ack) {
        look();
        durability.flatMap(d -> Ledger.whyUnknown(ack, d)).ifPresent(this::violated);
    }

    /** Its disk is gone. */
    void lost(FakeServer server) {
        lost.put(server.uuid(), server);
    }

    /** Nobody has promised to survive the loss of a second disk, or of the only one that has everything. */
    boolean survivesTheLossOf(FakeServer server) {
        return lost.isEmpty() && durability.filter(d -> Ledger.survivesTheLossOf(server.uuid(), d)).isPresent();
    }

    void look() {
        Optional<KvEntry> entry = world.consul.peek(World.DURABILITY);
        long index = entry.map(KvEntry::modifyIndex).orElse(0L);
        if (index != durabilityIndex) {
            durabilityIndex = index;
            durability = entry.map(e -> ClusterRecords.readDurability(e.key(), e.value()));
        }
        world.machines.stream().map(m -> m.server).filter(s -> s.writable() && s.isOpen()).forEach(s -> ledger.read(s.executed()));
        durability.flatMap(d -> ledger.whyNotKept(d, this::received)).ifPresent(this::violated);
        List<String> acknowledging = world.machines.stream().filter(m -> m.server.canAcknowledge()).map(m -> m.name).toList();
        if (acknowledging.size() > 1) {
            violated("two servers' commits can be acknowledged: " + acknowledging);
        }
    }

    private GtidSet received(String uuid) {
        return Optional.ofNullable(lost.get(uuid))
                .or(() -> world.machines.stream().map(m -> m.server).filter(s -> s.uuid().equals(uuid)).findFirst())
                .map(server -> server.received().union(server.logged()))
                .orElse(GtidSet.EMPTY);
    }

    /** A hook ended with that. */
    void bug(Throwable failure) {
        if (failure instanceof ConsulException || failure instanceof MysqlException) {
            // Whoever runs a hook takes that as its end (cli.HookRunner).
            world.trace("a hook ended with %s", failure);
            return;
        }
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        violated("a hook ended with " + text);
    }

    private void violated(String what) {
        if (violation.isEmpty()) {
            violation = Optional.of(what);
            world.trace("VIOLATION %s", what);
        }
    }

    String described() {
        return lost.keySet() + " " + ledger.acknowledged() + " " + ledger.seen();
    }
}
