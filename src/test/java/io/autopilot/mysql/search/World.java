package io.autopilot.mysql.search;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.config.SettingsReader;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.fake.FakeConsul;
import io.autopilot.mysql.fake.FakeMysqlNet;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.hook.Health;
import io.autopilot.mysql.hook.Hook;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.OnChange;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.PreStop;
import io.autopilot.mysql.hook.Switchover;
import io.autopilot.mysql.port.Consul.CheckStatus;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** One primary and two replicas, over fakes. Nothing happens here but what is asked for. */
final class World {
    static final String DURABILITY = "mysql/durability";
    static final String LEASE = "mysql-primary";
    static final String BELL = "mysql-handover";
    /** Two leases: as long as a cold replica waits, and longer than SALVAGE_WAIT. */
    static final Duration LONG = Duration.ofSeconds(20);

    private static final int NODES = 3;
    private static final int SETTLING = 5;
    private static final Duration HEALTH = Duration.ofMillis(4500);
    private static final Duration ON_CHANGE = Duration.ofSeconds(19);
    private static final Duration LONGEST = Duration.ofSeconds(40);
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);
    private static final int HEARTBEATS = 6;
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private static final Map<Integer, Settings> SETTINGS = new ConcurrentHashMap<>();

    final SearchClock clock = new SearchClock();
    final FakeConsul consul = new FakeConsul(clock);
    final FakeMysqlNet net = new FakeMysqlNet(clock);
    final Watch watch = new Watch(this);
    final List<Machine> machines = new ArrayList<>();
    final Optional<Guard> without;
    private final List<Activity> activities = new ArrayList<>();
    private final Set<Integer> cuts = new TreeSet<>();
    private final Optional<List<String>> trace;
    private final FakeServer snapshot;
    private Duration now;
    private int acks;
    private int steps;
    private Set<String> bells = Set.of();

    /** @param trace where to tell what happens; empty: nowhere */
    World(int acks, Optional<Guard> without, Optional<List<String>> trace) {
        this.acks = acks;
        this.without = without;
        this.trace = trace;
        this.now = clock.uptime();
        net.replicateByHand();
        for (int i = 0; i < NODES; i++) {
            machines.add(new Machine(i, this));
        }
        settle();
        FakeServer replica = machines.getLast().server;
        this.snapshot = new FakeMysqlNet(clock).add(replica.address(), "99999999-0000-0000-0000-000000000000");
        snapshot.copyFrom(replica);
    }

    private void settle() {
        Machine first = machines.getFirst();
        first.joinCluster();
        first.start();
        for (int i = 0; i < 2; i++) {
            health(first);
        }
        for (Machine machine : machines.subList(1, NODES)) {
            machine.joinCluster();
            machine.server.copyFrom(first.server);
            machine.start();
        }
        for (int i = 0; i < SETTLING; i++) {
            machines.forEach(this::health);
        }
    }

    private void health(Machine machine) {
        begin(machine, new Health(node(machine), ports(machine)), HEALTH, Integer.MAX_VALUE, false);
        becomeStill();
    }

    // What can happen.

    /** Calls of the last hook that changed something. */
    int steps() {
        return steps;
    }

    /** Nobody is half-way anywhere, so that all of it can be copied. */
    boolean isAtRest() {
        return activities.isEmpty();
    }

    World copy() {
        SearchClock clockOfCopy = new SearchClock();
        clockOfCopy.set(now);
        World copy = new Copy().with(clock, clockOfCopy).of(this);
        copy.machines.forEach(Machine::wasCopied);
        return copy;
    }

    /** Ends what is left of it: threads that are left would never end. */
    void close() {
        activities.stream().flatMap(a -> a.processes.stream()).toList().forEach(Process::kill);
        clock.drain();
    }

    void perform(Action action) {
        trace("ACTION %s", action);
        steps = 0;
        Machine machine = machines.get(action.node());
        switch (action.kind()) {
            case HEALTH -> health(machine, Integer.MAX_VALUE);
            case HEALTH_UP_TO -> health(machine, action.other() - 1);
            case SWITCHOVER -> switchover(machine, Integer.MAX_VALUE);
            case SWITCHOVER_UP_TO -> switchover(machine, action.other() - 1);
            case STOP -> stop(machine, Integer.MAX_VALUE);
            case STOP_UP_TO -> stop(machine, action.other() - 1);
            case GO_ON -> goOn(processOf(machine).orElseThrow().activity);
            case KILL_HOOK -> processOf(machine).orElseThrow().kill();
            case KILL_HOOK_WITH_CALL_ON_ITS_WAY -> {
                Process process = processOf(machine).orElseThrow();
                process.activity.forgetFrozen();
                process.orphan();
            }
            case CALL_ARRIVES -> arrive(orphanOf(machine).orElseThrow());
            case WRITE -> machine.server.clientWrite();
            case HOLD -> machine.hold(true);
            case FLOW -> machine.hold(false);
            case CUT -> cut(action.node(), action.other(), true);
            case MEND -> cut(action.node(), action.other(), false);
            case CUT_FROM_CONSUL -> machine.cutFromConsul = true;
            case REACH_CONSUL -> machine.cutFromConsul = false;
            case SESSION_DIES -> machine.state.session().ifPresent(session -> consul.destroySession(session, soon()));
            case MYSQLD_DIES -> machine.server.stop();
            case MYSQLD_STARTS -> machine.startMysqld();
            case CONTAINER_DIES -> machine.kill();
            case CONTAINER_STARTS -> machine.start();
            case ALL_DIE -> machines.forEach(m -> {
                m.kill();
                m.boot();
            });
            case DISK_DIES -> {
                machine.kill();
                watch.lost(machine.server);
                machine.restore(snapshot);
            }
            case TIME_PASSES -> letTimePass();
            case OTHER_ACKS -> acks = 3 - acks;
        }
        becomeStill();
    }

    /** Whether that can happen now. */
    boolean allows(Action action) {
        Machine machine = machines.get(action.node());
        boolean free = machine.runs() && processOf(machine).isEmpty();
        return switch (action.kind()) {
            case HEALTH, HEALTH_UP_TO -> free && !machine.state.stopping();
            case SWITCHOVER, SWITCHOVER_UP_TO, STOP, STOP_UP_TO -> free && holdsLease(machine) && !machine.state.stopping();
            case GO_ON -> processOf(machine).filter(p -> p == first(p.activity)).isPresent();
            case KILL_HOOK -> processOf(machine).isPresent();
            case KILL_HOOK_WITH_CALL_ON_ITS_WAY ->
                processOf(machine).filter(p -> p.activity.processes.size() == 1).isPresent() && orphanOf(machine).isEmpty();
            case CALL_ARRIVES -> orphanOf(machine).isPresent();
            case WRITE -> machine.server.writable() && machine.server.isOpen();
            case HOLD -> !machine.holds && machine.server.isConnected();
            case FLOW -> machine.holds;
            case CUT -> action.node() < action.other() && !cuts.contains(pair(action.node(), action.other()));
            case MEND -> cuts.contains(pair(action.node(), action.other()));
            case CUT_FROM_CONSUL -> !machine.cutFromConsul && machine.runs();
            case REACH_CONSUL -> machine.cutFromConsul;
            case SESSION_DIES -> machine.state.session().filter(s -> consul.sessionExists(s, soon())).isPresent();
            case MYSQLD_DIES -> machine.server.up();
            case MYSQLD_STARTS -> machine.runs() && !machine.server.up() && !machine.state.stopping();
            case CONTAINER_DIES -> machine.runs();
            case CONTAINER_STARTS -> !machine.runs();
            case ALL_DIE -> machine.number == 0 && machines.stream().anyMatch(Machine::runs);
            case DISK_DIES -> watch.survivesTheLossOf(machine.server);
            case TIME_PASSES, OTHER_ACKS -> machine.number == 0;
        };
    }

    private static Process first(Activity activity) {
        return activity.processes.stream().filter(p -> !p.isOver()).findFirst().orElseThrow();
    }

    private boolean holdsLease(Machine machine) {
        return consul.peek(LEASE)
                .filter(e -> e.session().isPresent() && e.session().equals(machine.state.session()))
                .isPresent();
    }

    private static int pair(int one, int other) {
        return one * NODES + other;
    }

    private void cut(int one, int other, boolean value) {
        net.cutOff(machines.get(one).server, machines.get(other).server, value);
        if (value) {
            cuts.add(pair(one, other));
        } else {
            cuts.remove(pair(one, other));
        }
    }

    /** Whoever runs, and has no hook that hangs, goes on proving that it lives; nobody else does. */
    private void letTimePass() {
        for (int i = 0; i < HEARTBEATS; i++) {
            now = now.plus(HEARTBEAT);
            clock.set(now);
            machines.stream()
                    .filter(m -> m.runs() && !m.cutFromConsul && processOf(m).isEmpty())
                    .forEach(this::proveThatItLives);
        }
    }

    private void proveThatItLives(Machine machine) {
        Node node = node(machine);
        List<String> services = List.of(node.settings().nodeService(), node.settings().serviceName(), node.settings().primaryService());
        for (String service : services) {
            consul.instances(service, soon()).stream()
                    .filter(i -> i.passing() && i.id().endsWith("-" + machine.name))
                    .forEach(i -> consul.updateCheck("service:" + i.id(), i.status(), i.output(), soon()));
        }
        machine.state.session().ifPresent(session -> consul.renewSession(session, soon()));
    }

    Deadline soon() {
        return clock.in(AT_ONCE);
    }

    // Hooks.

    private Node node(Machine machine) {
        return new Node(machine.name, machine.address, SETTINGS.computeIfAbsent(acks, World::settings));
    }

    private static Settings settings(int acks) {
        Map<String, String> environment = Map.of(
                "MYSQL_REPL_PASSWORD", "secret",
                "REPLICATION_MODE", "lossless",
                "REPLICATION_ACKS", Integer.toString(acks),
                "FAILOVER_WINDOW", "0",
                "ERRANT_POLICY", "stop");
        return switch (SettingsReader.read(environment, Optional.empty())) {
            case SettingsReader.Result.Valid valid -> valid.settings();
            case SettingsReader.Result.Invalid invalid -> throw new IllegalStateException(invalid.toString());
        };
    }

    private Ports ports(Machine machine) {
        return new Wires(this, machine).ports(node(machine));
    }

    private void health(Machine machine, int limit) {
        begin(machine, new Health(node(machine), ports(machine)), HEALTH, limit, false);
    }

    private void switchover(Machine machine, int limit) {
        begin(machine, new Switchover(node(machine), ports(machine), Optional.empty(), Switchover.WRITE_STOP), LONGEST, limit, true);
    }

    private void stop(Machine machine, int limit) {
        begin(machine, new PreStop(node(machine), ports(machine)), LONGEST, limit, true);
    }

    private void begin(Machine machine, Hook hook, Duration time, int limit, boolean wakesOthers) {
        Activity activity = new Activity(limit, wakesOthers);
        activities.add(activity);
        bells = bells();
        start(activity, machine, hook, time);
        runOn(activity);
    }

    private void start(Activity activity, Machine machine, Hook hook, Duration time) {
        Process process = new Process(machine, activity, clock);
        activity.processes.add(process);
        process.start(() -> {
            trace("%s: %s", machine.name, hook.run(Deadline.after(time, machine)));
            process.end();
            if (hook instanceof PreStop) {
                machine.kill();
            }
        }, failure -> {
            watch.bug(failure);
            process.kill();
        });
    }

    private void goOn(Activity activity) {
        activity.goOn();
        runOn(activity);
    }

    /** Until it is over or stops half-way, which freezes it. */
    private void runOn(Activity activity) {
        clock.run(LONGEST.multipliedBy(2), () -> {
            replicate();
            if (activity.wakesOthers) {
                wake(activity);
            }
            return !activity.isOver() && !activity.stops();
        });
        steps = activity.steps();
        if (activity.stops()) {
            activity.freeze(clock.freeze());
        } else {
            activities.remove(activity);
        }
    }

    private Set<String> bells() {
        Set<String> rings = new TreeSet<>();
        for (ServiceInstance i : consul.instances(BELL, soon())) {
            if (i.status() == CheckStatus.PASSING) {
                rings.add(i.id() + i.port() + i.tags());
            }
        }
        return rings;
    }

    /** As a watch does it: the hook of a node for which the bell rings. */
    private void wake(Activity activity) {
        Set<String> now = bells();
        for (Machine machine : machines) {
            boolean rung = now.stream().anyMatch(b -> b.contains("to-" + machine.name) && !bells.contains(b));
            if (rung && machine.runs() && processOf(machine).isEmpty()) {
                Ports ports = ports(machine);
                start(activity, machine, new OnChange(node(machine), ports, new Health(node(machine), ports), false), ON_CHANGE);
            }
        }
        bells = now;
    }

    private Optional<Process> processOf(Machine machine) {
        return processes(machine).filter(p -> !p.isOrphaned()).findFirst();
    }

    private Optional<Process> orphanOf(Machine machine) {
        return processes(machine).filter(Process::isOrphaned).findFirst();
    }

    private Stream<Process> processes(Machine machine) {
        return activities.stream().flatMap(a -> a.processes.stream()).filter(p -> p.machine == machine && !p.isOver());
    }

    void killHooksOf(Machine machine) {
        processes(machine).toList().forEach(Process::kill);
    }

    private void arrive(Process orphan) {
        goOn(orphan.activity);
        orphan.kill();
        activities.remove(orphan.activity);
    }

    /** What was to happen later doesn't: an action takes no time. */
    private void becomeStill() {
        activities.removeIf(Activity::isOver);
        clock.freeze();
        clock.set(now);
        consul.restart();
        replicate();
    }

    void replicate() {
        Replication.run(machines.stream().map(m -> m.server).toList(), watch::acknowledges);
        watch.look();
    }

    // What is told of it.

    String nameAt(Address address) {
        return machines.stream().filter(m -> m.address.equals(address)).map(m -> m.name).findFirst().orElse("?");
    }

    void trace(String format, Object... arguments) {
        trace.ifPresent(lines -> lines.add(String.format(format, arguments)));
    }

    /** All that can make a difference to what happens next. */
    String described() {
        StringBuilder text = new StringBuilder(consul.described(BELL));
        machines.forEach(m -> text.append(m.described()).append('\n'));
        activities.forEach(a -> a.processes.forEach(p -> text.append(p.described(this::indexOf)).append('\n')));
        return text.append(cuts).append(acks).append(watch.described()).toString();
    }

    private long indexOf(String key) {
        return consul.peek(key).map(KvEntry::modifyIndex).orElse(0L);
    }
}
