package io.autopilot.mysql.fake;

import io.autopilot.mysql.adapter.state.FileLocalState;
import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.config.SettingsReader;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.hook.ControlLogin;
import io.autopilot.mysql.hook.Health;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Outcome;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.StatusReader;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.DataMark;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;

/** Nodes with fake servers, one fake Consul and virtual time; their state lies in real files. */
public final class FakeCluster {
    public static final String UUID = "c1";
    private static final Duration HOOK = Duration.ofMillis(4500);

    private final Path directory;
    private final String mode;
    private final List<FakeNode> nodes = new ArrayList<>();
    public final VirtualTime time = new VirtualTime();
    public final FakeConsul consul = new FakeConsul(time);
    public final FakeMysqlNet net = new FakeMysqlNet(time);
    private Executor tasks = Runnable::run;

    /** In asynchronous mode. */
    public FakeCluster(Path directory) {
        this(directory, "async");
    }

    /** @param mode what REPLICATION_MODE says */
    public FakeCluster(Path directory, String mode) {
        this.directory = directory;
        this.mode = mode;
    }

    /** One after the other, unless told otherwise. */
    public void setTasks(Executor value) {
        tasks = value;
    }

    /** A node whose directory was founded or restored, with mysqld running. */
    public FakeNode add(String name, String... environment) {
        FakeNode node = addEmpty(name, environment);
        node.state.writeDataMark(new DataMark(UUID, true));
        node.startMysqld();
        return node;
    }

    /** A node that has nothing yet; settings by name and value. */
    public FakeNode addEmpty(String name, String... environment) {
        FakeNode node = new FakeNode(name, nodes.size() + 1, settings(environment));
        nodes.add(node);
        return node;
    }

    public List<FakeNode> nodes() {
        return List.copyOf(nodes);
    }

    /** A primary and replicas that follow it; settings by name and value. */
    public List<FakeNode> withReplicas(int count, String... environment) {
        FakeNode first = add("db0", environment);
        first.health();
        first.server.clientWrites();
        for (int i = 1; i <= count; i++) {
            FakeNode replica = add("db" + i, environment);
            replica.server.copyFrom(first.server);
        }
        rounds(3);
        return List.copyOf(nodes);
    }

    /** Every node's health in turn, so many times, with an interval between the rounds. */
    public void rounds(int count) {
        for (int i = 0; i < count; i++) {
            nodes.stream().filter(n -> n.alive).forEach(FakeNode::health);
            pass(Duration.ofSeconds(5));
        }
    }

    /** Time passes; the wrappers watch. */
    public void pass(Duration duration) {
        Duration end = time.uptime().plus(duration);
        while (time.uptime().compareTo(end) < 0) {
            time.sleep(Duration.ofMillis(500));
            nodes.stream().filter(n -> n.wrapperRuns).forEach(FakeNode::watch);
        }
    }

    public List<FakeNode> writable() {
        return nodes.stream().filter(n -> n.server.writable()).toList();
    }

    private Settings settings(String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("MYSQL_REPL_PASSWORD", "secret", "REPLICATION_MODE", mode));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return switch (SettingsReader.read(environment, Optional.empty())) {
            case SettingsReader.Result.Valid valid -> valid.settings();
            case SettingsReader.Result.Invalid invalid -> throw new IllegalStateException(invalid.toString());
        };
    }

    /** One container. */
    public final class FakeNode {
        public final String name;
        public final FakeServer server;
        public final LocalState state;
        public final Ports ports;
        public final Node node;
        private final Path run;
        private final Path proc;
        private long runs;
        boolean alive = true;
        boolean wrapperRuns = true;

        private FakeNode(String name, int number, Settings settings) {
            this.name = name;
            Address address = new Address("10.0.0." + number, 3306);
            this.server = net.add(address, String.format("00000000-0000-0000-0000-0000000000%02d", number));
            this.server.setStartsOffline(!mode.equals("async"));
            this.run = made(directory.resolve(name).resolve("run"));
            this.proc = made(directory.resolve(name).resolve("proc"));
            this.state = new FileLocalState(run, made(directory.resolve(name).resolve("data")), proc, time, time);
            server.whenStopped(() -> delete(run.resolve("mysqld.start")));
            this.node = new Node(name, address, settings);
            this.ports = new Ports(
                    consul,
                    net.seenFrom(server, ControlLogin.password(settings)),
                    new FakeProgram(this),
                    state,
                    time,
                    time,
                    task -> tasks.execute(task),
                    time.clock());
        }

        public Outcome health() {
            return new Health(node, ports).run(time.in(HOOK));
        }

        /** As an operator reads it there. */
        public ClusterStatus status() {
            return new StatusReader(node, ports.consul(), ports.servers(), ports.clock()).read(time.in(Duration.ofSeconds(20)));
        }

        /** As the wrapper starts it. */
        public void startMysqld() {
            runs++;
            write(proc.resolve("7").resolve("comm"), "mysqld\n");
            write(run.resolve("mysqld.start"), name + "-run-" + runs + "\n7\n" + time.bootId() + "\n");
            server.start();
        }

        /** kill -9. */
        public void killMysqld() {
            server.stop();
        }

        /** The whole container is gone at once. */
        public void killContainer() {
            killMysqld();
            alive = false;
        }

        /** No hook runs any more, though mysqld does. */
        public void freezeHooks() {
            alive = false;
        }

        /** They run again, in a container that was frozen. */
        public void restartHooks() {
            alive = true;
        }

        public void restartContainer() {
            alive = true;
            delete(run.resolve("stopping"));
            delete(run.resolve("diverged"));
            startMysqld();
        }

        private void watch() {
            Path marker = run.resolve("writable");
            Optional<MysqldStart> start = state.mysqldStart();
            if (start.isEmpty() || !state.mayBeWritable(start.get()) || state.writesUntilFenced(start.get())) {
                return;
            }
            Duration until = Duration.ofMillis(Long.parseLong(read(marker).split("\n")[1]));
            if (time.uptime().compareTo(until) > 0) {
                killMysqld();
            }
        }
    }

    private static Path made(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
