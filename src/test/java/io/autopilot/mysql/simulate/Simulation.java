package io.autopilot.mysql.simulate;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.config.SettingsReader;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.fake.FakeConsul;
import io.autopilot.mysql.fake.FakeMysqlNet;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * One run: a cluster that settles, a time of faults, a time without. All hooks are the product's own, on fakes, in virtual time; everything
 * that happens by chance comes from the seed.
 */
final class Simulation {
    static final String CLUSTER = "c1";
    private static final Duration FIRST_ALONE = Duration.ofSeconds(7);
    private static final Duration SETTLING = Duration.ofSeconds(22);
    private static final Duration FAULTS = Duration.ofSeconds(60);
    /** Two leases for a cold replica's grace, twice a session's time-out, and a few runs of health. */
    private static final Duration CONVERGENCE = Duration.ofSeconds(150);

    private static boolean tracing;

    final long seed;
    final boolean lossless;
    final Flaw flaw;
    final Scheduler time = new Scheduler();
    final FakeConsul consul = new FakeConsul(time);
    final FakeMysqlNet net = new FakeMysqlNet(time);
    final Calls calls = new Calls(this);
    final List<SimNode> nodes = new ArrayList<>();
    final Check check;
    /** Of a flaw, by node. */
    final Map<String, Object> memory = new HashMap<>();
    private final Replication replication;
    private final Clients clients;
    private final List<Fault> faults;
    private final List<String> trace = new ArrayList<>();
    private final List<Task> tasks = new ArrayList<>();
    private final Random random;
    private double slowness = 0.002;
    private Duration consulAwayUntil = Duration.ZERO;
    private Duration consulSilentUntil = Duration.ZERO;
    private Optional<FakeServer> snapshot = Optional.empty();
    private int taskNumber;
    private boolean diskLost;
    private boolean healed;

    Simulation(Plan plan, Flaw flaw) {
        this.seed = plan.seed();
        this.lossless = plan.lossless();
        this.faults = plan.faults();
        this.flaw = flaw;
        this.random = new Random(seed);
        this.check = new Check(this);
        this.replication = new Replication(this, new Random(seed + 1));
        this.clients = new Clients(this, new Random(seed + 2));
        net.replicateByHand();
        Settings settings = settings(plan);
        for (int i = 0; i < plan.nodes(); i++) {
            nodes.add(new SimNode(i, this, settings));
        }
    }

    private static Settings settings(Plan plan) {
        Map<String, String> environment = new HashMap<>(
                Map.of("MYSQL_REPL_PASSWORD", "secret", "REPLICATION_MODE", plan.lossless() ? "lossless" : "async",
                        // Nobody is here to say that a third failover may follow two.
                        "FAILOVER_WINDOW", "0",
                        "ERRANT_POLICY", "stop"));
        plan.acks().ifPresent(acks -> environment.put("REPLICATION_ACKS", Integer.toString(acks)));
        if (plan.strict()) {
            environment.put("LOSSLESS_STRICT", "true");
        }
        return switch (SettingsReader.read(environment, Optional.empty())) {
            case SettingsReader.Result.Valid valid -> valid.settings();
            case SettingsReader.Result.Invalid invalid -> throw new IllegalStateException(invalid.toString());
        };
    }

    /** What went wrong, if anything did. */
    Optional<String> run() {
        try {
            settle();
            faults.forEach(fault -> time.in(fault.at(), () -> {
                trace("FAULT %s", fault);
                inject(fault);
            }));
            time.run(FAULTS, check::holds);
            heal();
            Duration began = time.uptime();
            time.run(CONVERGENCE, () -> check.holds() && !check.hasConverged(began));
            return check.violation().or(() -> check.whyNotConverged());
        } finally {
            tasks.forEach(Task::kill);
            time.drain();
        }
    }

    private void settle() {
        SimNode first = nodes.getFirst();
        first.give(CLUSTER);
        first.start();
        clients.start();
        replication.start();
        time.run(FIRST_ALONE, check::holds);
        for (SimNode node : nodes.subList(1, nodes.size())) {
            node.give(CLUSTER);
            node.server.copyFrom(first.server);
            node.start();
        }
        time.run(SETTLING, check::holds);
    }

    private void inject(Fault fault) {
        SimNode node = nodes.get(fault.node() % nodes.size());
        SimNode other = nodes.get(fault.other() % nodes.size());
        switch (fault.kind()) {
            case MYSQLD_KILLED -> {
                if (node.server.up()) {
                    node.server.stop();
                }
            }
            case CONTAINER_KILLED -> killFor(node, fault.lasts());
            case CONTAINER_REPLACED -> {
                killFor(node, fault.lasts());
                node.state.loseRun();
            }
            case MACHINE_REBOOTED -> {
                killFor(node, fault.lasts());
                node.boot();
            }
            case DISK_LOST -> loseDisk(node, fault.lasts());
            case FROZEN -> {
                node.freeze(fault.lasts());
                time.in(fault.lasts(), this::stir);
            }
            case CUT_FROM_A_NODE -> cut(node, other, fault.lasts());
            case CUT_FROM_CONSUL -> cutFromConsul(node, fault.lasts());
            case CUT_FROM_ALL -> {
                nodes.forEach(n -> cut(node, n, fault.lasts()));
                cutFromConsul(node, fault.lasts());
            }
            case CONSUL_AWAY -> consulAwayUntil = time.uptime().plus(fault.lasts());
            case CONSUL_SILENT -> consulSilentUntil = time.uptime().plus(fault.lasts());
            case CONSUL_RESTARTED -> {
                // Asynchronous mode counts on the lock-delay, which a restart forgets: a second fault that it doesn't promise to survive.
                if (lossless || !consul.isDelayed(Check.LEASE)) {
                    consul.restart();
                }
                consulAwayUntil = time.uptime().plusMillis(fault.lasts().toMillis() / 10);
            }
            case SESSION_ENDED ->
                node.state.session().ifPresent(session -> consul.destroySession(session, time.in(Duration.ofSeconds(1))));
            case HOOK_KILLED_BEFORE, HOOK_KILLED_ON_THE_WAY, HOOK_KILLED_AFTER -> node.killNextHook(fault);
            case STOPPED -> stopFor(node, fault.lasts());
            case SLOW -> {
                slowness = 0.1;
                time.in(fault.lasts(), () -> slowness = 0.002);
            }
            case APPLIES_NOTHING -> {
                FakeServer server = node.server;
                server.setAppliesNothing(true);
                time.in(fault.lasts(), () -> {
                    server.setAppliesNothing(false);
                    stir();
                });
            }
            case POWER_CUT -> nodes.forEach(n -> {
                killFor(n, fault.lasts().plusMillis(random.nextInt(4000)));
                n.boot();
            });
        }
    }

    private void killFor(SimNode node, Duration lasts) {
        node.kill();
        time.in(lasts, () -> startAgain(node));
    }

    private void startAgain(SimNode node) {
        if (!node.runs()) {
            trace("%s: the container starts", node.name);
            node.start();
        }
    }

    private void stopFor(SimNode node, Duration lasts) {
        if (node.runs() && !node.isFrozen()) {
            node.stop(() -> time.in(healed ? Duration.ZERO : lasts, () -> startAgain(node)));
        }
    }

    /** Once, and only where what was promised survives it. */
    private void loseDisk(SimNode node, Duration lasts) {
        if (diskLost || snapshot.isEmpty() || !check.survivesTheLossOf(node)) {
            return;
        }
        diskLost = true;
        node.kill();
        check.lost(node.server);
        node.state.loseRun();
        node.restore(snapshot.get());
        time.in(lasts, () -> startAgain(node));
    }

    /** Every few seconds a replica's data is kept. */
    void takeSnapshot() {
        nodes.stream()
                .filter(n -> n.server.replicates() && n.server.isConnected() && !n.isFrozen())
                .findFirst()
                .ifPresent(n -> {
                    FakeServer copy = new FakeMysqlNet(time).add(n.server.address(), "99999999-0000-0000-0000-000000000000");
                    copy.copyFrom(n.server);
                    snapshot = Optional.of(copy);
                });
    }

    private void cut(SimNode one, SimNode other, Duration lasts) {
        if (one == other) {
            return;
        }
        FakeServer a = one.server;
        FakeServer b = other.server;
        net.cutOff(a, b, true);
        time.in(lasts, () -> {
            net.cutOff(a, b, false);
            stir();
        });
    }

    private void cutFromConsul(SimNode node, Duration lasts) {
        node.cutFromConsul = true;
        time.in(lasts, () -> node.cutFromConsul = false);
    }

    private void heal() {
        trace("FAULTS END");
        healed = true;
        consulAwayUntil = Duration.ZERO;
        consulSilentUntil = Duration.ZERO;
        slowness = 0;
        for (SimNode node : nodes) {
            node.cutFromConsul = false;
            node.server.setAppliesNothing(false);
            node.thaw();
            nodes.stream().filter(n -> n != node).forEach(other -> net.cutOff(node.server, other.server, false));
            // What is being stopped is stopped first.
            if (!node.runs()) {
                startAgain(node);
            }
        }
        stir();
    }

    double slowness() {
        return slowness;
    }

    boolean consulIsAway() {
        return consulAwayUntil.compareTo(time.uptime()) > 0;
    }

    boolean consulIsSilent() {
        return consulSilentUntil.compareTo(time.uptime()) > 0;
    }

    Task newTask(String name, Optional<SimNode> node) {
        Task task = new Task(name, node, time, seed * 1_000_003 + name.hashCode() + (node.isEmpty() ? ++taskNumber : 0));
        tasks.removeIf(Task::isOver);
        tasks.add(task);
        return task;
    }

    /** Something has changed on a server. */
    void stir() {
        replication.stir();
    }

    Optional<SimNode> nodeOf(FakeServer server) {
        return nodes.stream().filter(n -> n.server == server).findFirst();
    }

    String nameAt(Address address) {
        return net.at(address).flatMap(this::nodeOf).map(n -> n.name).orElse(address.toString());
    }

    boolean isFrozen(FakeServer server) {
        return nodeOf(server).filter(SimNode::isFrozen).isPresent();
    }

    Place way(SimNode from, FakeServer own, Address to) {
        return new Place() {
            @Override
            public boolean isReachable() {
                Optional<FakeServer> target = net.at(to);
                return target.isPresent() && net.connected(own, target.get()) && !isFrozen(target.get());
            }

            @Override
            public boolean refuses() {
                return false;
            }

            @Override
            public Duration distance() {
                return Duration.ofMillis(from.server.address().equals(to) ? 1 : 3);
            }

            @Override
            public RuntimeException silence(String call) {
                return new MysqlException(call + ": no answer in time", true, 0, null);
            }
        };
    }

    // What is told of it.

    static void setTracing(boolean value) {
        tracing = value;
    }

    static boolean tracing() {
        return tracing;
    }

    void trace(String format, Object... arguments) {
        if (tracing) {
            trace.add(String.format("%9.3f  ", time.uptime().minusHours(1).toNanos() / 1e9) + String.format(format, arguments));
        }
    }

    void traceCall(String task, String what, Optional<?> answer, Optional<Throwable> failure) {
        if (tracing) {
            trace("%s: %s -> %s", task, what, failure.map(Throwable::toString).orElse(String.valueOf(answer.orElse(null))));
        }
    }

    List<String> trace() {
        return trace;
    }
}
