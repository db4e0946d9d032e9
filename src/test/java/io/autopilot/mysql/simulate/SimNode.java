package io.autopilot.mysql.simulate;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.fake.FakeLocalState;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.fake.FakeWrapper;
import io.autopilot.mysql.hook.ControlLogin;
import io.autopilot.mysql.hook.Health;
import io.autopilot.mysql.hook.Hook;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.OnChange;
import io.autopilot.mysql.hook.Outcome;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.PreStop;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.CheckStatus;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.DataMark;
import io.autopilot.mysql.port.LocalState.HookLock;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlServers;
import io.autopilot.mysql.port.Ticker;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A container on a machine of its own: mysqld under its wrapper, the hooks under a supervisor. */
final class SimNode implements Ticker {
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration HOOK = Duration.ofMillis(4500);
    private static final Duration ON_CHANGE = Duration.ofSeconds(19);
    private static final Duration PRE_STOP = Duration.ofSeconds(40);
    private static final Duration LOOK = Duration.ofSeconds(1);

    final int number;
    final String name;
    final FakeLocalState state;
    FakeServer server;
    boolean cutFromConsul;
    Optional<Outcome> last = Optional.empty();
    private final Simulation simulation;
    private final Address address;
    private final Node node;
    private final Random random;
    private final Duration offset;
    private final Duration wallOffset;
    private final long fast;
    private final List<Task> tasks = new ArrayList<>();
    private final List<Fault> deaths = new ArrayList<>();
    private boolean runs;
    private int lives;
    private int mysqlds;
    private int hooks;
    private int boots;
    private int disks;
    private Duration frozenUntil = Duration.ZERO;
    private String primaries = "";
    private String bells = "";

    SimNode(int number, Simulation simulation, Settings settings) {
        this.number = number;
        this.name = "db" + number;
        this.simulation = simulation;
        this.address = new Address("10.0.0." + (number + 1), 3306);
        this.node = new Node(name, address, settings);
        this.random = new Random(simulation.seed * 31 + number);
        this.state = new FakeLocalState(simulation.time);
        this.offset = Duration.ofSeconds(random.nextInt(100_000));
        this.wallOffset = Duration.ofMillis(random.nextInt(20_000) - 10_000);
        // Parts per million; a clock that is worse than that is broken.
        this.fast = random.nextInt(400) - 200L;
        this.server = newServer();
    }

    // A machine's clock.

    @Override
    public Duration uptime() {
        long nanos = simulation.time.uptime().toNanos();
        return offset.plusNanos(nanos + nanos / 1_000_000 * fast);
    }

    @Override
    public String bootId() {
        return name + "-boot-" + boots;
    }

    // Its life.

    private FakeServer newServer() {
        String uuid = String.format("%08d-0000-0000-0000-%012d", number + 1, ++disks);
        FakeServer made = simulation.net.add(address, uuid);
        made.setStartsOffline(simulation.lossless);
        made.whenStopped(() -> mysqldEnded(made));
        made.whenAcknowledged(write -> simulation.check.acknowledged(made, write));
        return made;
    }

    void give(String clusterUuid) {
        state.writeDataMark(new DataMark(clusterUuid, true));
    }

    void start() {
        runs = true;
        lives++;
        state.deleteStopping();
        startMysqld();
        everyInterval(lives, Duration.ofMillis(random.nextInt(2000)));
        everySecond(lives, Duration.ofMillis(random.nextInt(1000)));
    }

    private void startMysqld() {
        mysqlds++;
        state.mysqldStarts(new MysqldStart(name + "-run-" + mysqlds, mysqlds));
        server.start();
        simulation.trace("%s: mysqld starts", name);
        simulation.stir();
        if (random.nextBoolean()) {
            onChange(true);
        }
    }

    private void mysqldEnded(FakeServer ended) {
        if (ended != server) {
            return;
        }
        state.mysqldEnds();
        simulation.trace("%s: mysqld ends", name);
        if (runs && !state.stopping()) {
            int life = lives;
            simulation.time.in(Duration.ofMillis(700 + random.nextInt(3000)), () -> {
                if (runs && life == lives && !state.stopping() && !server.up()) {
                    startMysqld();
                }
            });
            if (random.nextBoolean()) {
                onChange(true);
            }
        }
    }

    boolean runs() {
        return runs;
    }

    /** All that is in the container ends at once. */
    void kill() {
        runs = false;
        lives++;
        List.copyOf(tasks).forEach(Task::kill);
        tasks.clear();
        if (server.up()) {
            server.stop();
        }
    }

    void boot() {
        boots++;
        state.boot();
    }

    /** Another disk, with what a snapshot held. */
    void restore(FakeServer snapshot) {
        state.loseData();
        server = newServer();
        server.copyFrom(snapshot);
        give(Simulation.CLUSTER);
        state.writeMustJoin();
    }

    void freeze(Duration lasts) {
        Duration until = simulation.time.uptime().plus(lasts);
        frozenUntil = until.compareTo(frozenUntil) > 0 ? until : frozenUntil;
    }

    void thaw() {
        frozenUntil = Duration.ZERO;
        simulation.stir();
    }

    boolean isFrozen() {
        return frozenUntil.compareTo(simulation.time.uptime()) > 0;
    }

    Duration frozenFor() {
        return frozenUntil.minus(simulation.time.uptime());
    }

    /** Whether this node's right to write holds, by its own clock. */
    boolean isRightful() {
        return server.writable() && state.killAt().filter(at -> uptime().compareTo(at) < 0).isPresent();
    }

    // Its supervisor.

    private void everyInterval(int life, Duration delay) {
        simulation.time.in(delay, () -> {
            if (life != lives) {
                return;
            }
            if (isFrozen()) {
                everyInterval(life, frozenFor());
                return;
            }
            run("health", new Health(node, ports()), HOOK);
            everyInterval(life, INTERVAL);
        });
    }

    /** The wrapper of mysqld looks at the clock, the supervisor at the catalog. */
    private void everySecond(int life, Duration delay) {
        simulation.time.in(delay, () -> {
            if (life != lives) {
                return;
            }
            if (isFrozen()) {
                everySecond(life, frozenFor().plusMillis(random.nextInt(1000)));
                return;
            }
            if (server.up() && state.killAt().filter(at -> uptime().compareTo(at) > 0).isPresent()) {
                simulation.trace("%s: the wrapper kills mysqld", name);
                server.stop();
            }
            watch();
            everySecond(life, LOOK);
        });
    }

    private void watch() {
        if (cutFromConsul || simulation.consulIsAway() || state.stopping()) {
            return;
        }
        String now = instances(node.settings().primaryService());
        String rings = instances(node.bellService());
        boolean rung = !rings.equals(bells) && rings.contains("to-" + name);
        if (rung || (!now.equals(primaries) && random.nextBoolean())) {
            onChange(false);
        }
        primaries = now;
        bells = rings;
    }

    /** What a supervisor compares: addresses and ports of the passing ones. */
    private String instances(String service) {
        StringBuilder list = new StringBuilder();
        for (ServiceInstance i : simulation.consul.instances(service, simulation.time.in(LOOK))) {
            if (i.status() == CheckStatus.PASSING) {
                list.append(i.id()).append(i.address()).append(':').append(i.port()).append(' ');
            }
        }
        return list.toString();
    }

    private void onChange(boolean awaitMysqld) {
        simulation.time.in(Duration.ofMillis(random.nextInt(300)), () -> {
            if (runs && !isFrozen()) {
                Ports ports = ports();
                run("onChange", new OnChange(node, ports, new Health(node, ports), awaitMysqld), ON_CHANGE);
            }
        });
    }

    /** As `docker stop` does it; afterwards nothing of the container runs. */
    void stop(Runnable afterwards) {
        int life = lives;
        Task task = run("preStop", new PreStop(node, ports()), PRE_STOP);
        whenOver(task, () -> {
            if (life == lives) {
                kill();
                afterwards.run();
            }
        });
    }

    private void whenOver(Task task, Runnable action) {
        simulation.time.in(LOOK, () -> {
            if (task.isOver()) {
                action.run();
            } else {
                whenOver(task, action);
            }
        });
    }

    /** The next hook ends in the midst of its work. */
    void killNextHook(Fault how) {
        deaths.add(how);
    }

    private Task run(String hookName, Hook hook, Duration time) {
        hooks++;
        Task task = simulation.newTask(name + " " + hookName + " " + hooks, Optional.of(this));
        if (!deaths.isEmpty()) {
            Fault how = deaths.removeFirst();
            task.killAt(1 + how.other(), Task.Death.values()[how.kind().ordinal() - Fault.Kind.HOOK_KILLED_BEFORE.ordinal()]);
        }
        tasks.removeIf(Task::isOver);
        tasks.add(task);
        task.start(() -> {
            Outcome outcome = hook.run(Deadline.after(time, this));
            last = Optional.of(outcome);
            simulation.trace("%s: %s, %s", task.name, outcome.decision(), outcome.reason());
            task.connections.forEach(Connection::loseClient);
            task.end();
        }, simulation.check::bug);
        killAfter(task, time.plusMillis(500));
        return task;
    }

    /** The supervisor does, which is frozen when its hooks are. */
    private void killAfter(Task task, Duration time) {
        simulation.time.in(time, () -> {
            if (isFrozen() && !task.isOver()) {
                killAfter(task, frozenFor().plusMillis(random.nextInt(500)));
            } else {
                task.kill();
            }
        });
    }

    // What its hooks talk to.

    private Ports ports() {
        return new Ports(
                consul(),
                servers(),
                new FakeWrapper(state, () -> server, () -> Task.current().mustLive()),
                localState(),
                this,
                duration -> Task.current().sleep(duration),
                work -> Task.current().start(work),
                Clock.offset(simulation.time.clock(), wallOffset));
    }

    private Consul consul() {
        Place place = new Place() {
            @Override
            public boolean isReachable() {
                return !cutFromConsul && !simulation.consulIsSilent();
            }

            @Override
            public boolean refuses() {
                return simulation.consulIsAway();
            }

            @Override
            public Duration distance() {
                return Duration.ofMillis(2);
            }

            @Override
            public RuntimeException silence(String call) {
                return new ConsulException(call + ": no answer", null);
            }
        };
        return Proxies.of(Consul.class, (proxy, method, arguments) -> {
            if (method.getName().equals("agentIsLocal")) {
                return false;
            }
            Deadline deadline = (Deadline) arguments[arguments.length - 1];
            Calls.Arrival real = () -> Proxies.invoke(simulation.consul, method, arguments);
            return simulation.calls.call(place, words(method, arguments), deadline, () ->
                    simulation.flaw.onConsul(simulation, this, simulation.consul, method, arguments, real));
        });
    }

    private static String words(Method method, Object[] arguments) {
        if (!Simulation.tracing()) {
            return method.getName();
        }
        StringBuilder words = new StringBuilder(method.getName());
        for (int i = 0; i < arguments.length - 1; i++) {
            words.append(' ').append(arguments[i]);
        }
        return words.toString();
    }

    private MysqlServers servers() {
        FakeServer own = server;
        MysqlServers real = simulation.net.seenFrom(own, ControlLogin.password(node.settings()));
        return new MysqlServers() {
            @Override
            public Mysql connect(Address to, Deadline deadline) {
                return open(simulation.way(SimNode.this, own, to), simulation.nameAt(to), deadline, () -> real.connect(to, deadline));
            }

            @Override
            public Mysql connectLocal(Deadline deadline) {
                return open(simulation.way(SimNode.this, own, address), name, deadline, () -> real.connectLocal(deadline));
            }
        };
    }

    private interface Opening {
        Mysql open();
    }

    private Mysql open(Place place, String where, Deadline deadline, Opening opening) {
        Task task = Task.current();
        try {
            return ((Connection) simulation.calls.call(place, "connect to " + where, deadline, () -> {
                Connection made = new Connection(simulation, place, where, where.equals(name), opening.open(), deadline);
                task.connections.add(made);
                if (task.isOver() || Task.current() != task) {
                    made.loseClient();
                }
                return made;
            })).client();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private LocalState localState() {
        return Proxies.of(LocalState.class, (proxy, method, arguments) -> {
            if (!method.getName().equals("tryLock")) {
                return simulation.calls.local(method.getName(), () -> Proxies.invoke(state, method, arguments));
            }
            Task task = Task.current();
            Optional<HookLock> lock = state.tryLock((Deadline) arguments[0]);
            lock.ifPresent(task::hold);
            return lock;
        });
    }
}
