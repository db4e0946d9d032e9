package io.autopilot.mysql.search;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.fake.FakeLocalState;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.port.LocalState.DataMark;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Ticker;
import java.time.Duration;

/** A container with its mysqld and its disk. */
final class Machine implements Ticker {
    private static final String CLUSTER = "c1";

    final int number;
    final String name;
    final Address address;
    final FakeLocalState state;
    FakeServer server;
    boolean cutFromConsul;
    boolean holds;
    private final World world;
    private boolean runs;
    private int mysqlds;
    private int boots;
    private int disks;

    Machine(int number, World world) {
        this.number = number;
        this.name = "db" + number;
        this.world = world;
        this.address = new Address("10.0.0." + (number + 1), 3306);
        this.state = new FakeLocalState(world.clock);
        this.server = newServer();
    }

    @Override
    public Duration uptime() {
        return world.clock.uptime();
    }

    @Override
    public String bootId() {
        return name + "-boot-" + boots;
    }

    private FakeServer newServer() {
        FakeServer made = world.net.add(address, String.format("%08d-0000-0000-0000-%012d", number + 1, ++disks));
        made.setStartsOffline(true);
        made.setReceivesNothing(holds);
        listenTo(made);
        return made;
    }

    private void listenTo(FakeServer made) {
        made.whenStopped(() -> {
            if (made == server) {
                state.mysqldEnds();
            }
        });
        made.whenAcknowledged(write -> world.watch.acknowledged(write.gtid()));
    }

    /** A copy's server tells the copy. */
    void wasCopied() {
        listenTo(server);
    }

    void joinCluster() {
        state.writeDataMark(new DataMark(CLUSTER, true));
    }

    boolean runs() {
        return runs;
    }

    void start() {
        runs = true;
        state.deleteStopping();
        startMysqld();
    }

    void startMysqld() {
        mysqlds++;
        state.mysqldStarts(new MysqldStart(name + "-run-" + mysqlds, mysqlds));
        server.start();
    }

    void kill() {
        runs = false;
        world.killHooksOf(this);
        if (server.up()) {
            server.stop();
        }
    }

    void boot() {
        boots++;
        state.boot();
    }

    void hold(boolean value) {
        holds = value;
        server.setReceivesNothing(value);
    }

    /** A new disk under the same address, with what a snapshot held. */
    void restore(FakeServer snapshot) {
        state.loseRun();
        state.loseData();
        server = newServer();
        server.copyFrom(snapshot);
        joinCluster();
        state.writeMustJoin();
    }

    String described() {
        return String.join(" ",
                name,
                "runs=" + runs,
                "consul=" + !cutFromConsul,
                "holds=" + holds,
                server.described(World.LONG),
                state.described(uptime(), World.LONG));
    }
}
