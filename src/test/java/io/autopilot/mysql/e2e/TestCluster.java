package io.autopilot.mysql.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.e2e.Command.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;

/** A cluster from the compose file of this repository, under a project name of its own; everything goes away when it is closed. */
public final class TestCluster implements AutoCloseable {
    public static final String PASSWORD = "pa ss#w$o'r\"d=\\x\u00e9";
    private static final String SERVICE = "SERVICE_NAME";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path COMPOSE = Path.of("docker/scripts/compose").toAbsolutePath();
    private static final TestClient APPLICATION = new TestClient("app", PASSWORD);

    /** What may give a container another address. */
    private static final Set<String> MOVES = Set.of("start", "stop", "restart", "kill", "rm", "network");
    /** Docker tries for about a third of a second by itself. */
    private static final Duration FREEZE = Duration.ofSeconds(20);

    private final String project;
    private final String network;
    private final String service;
    private final boolean ownConsul;
    private final Map<String, String> environment = new TreeMap<>();
    private final Command command = new Command(environment);
    private final ConsulHttp consul;
    private final Map<String, String> addresses = new ConcurrentHashMap<>();

    /** Settings are the nodes' environment variables; what is left of an earlier cluster of this name goes, nothing is started yet. */
    public TestCluster(String project, String image, Path directory, Map<String, String> settings) throws IOException {
        this.project = Images.project(project);
        this.network = this.project + "_default";
        this.service = settings.getOrDefault(SERVICE, "mysql");
        this.ownConsul = true;
        environment.put("COMPOSE_PROJECT_NAME", this.project);
        environment.put("CONSUL_HTTP_PORT", Integer.toString(freePort()));
        environment.put("CONSUL_DNS_PORT", Integer.toString(freePort()));
        environment.put("ENV_FILE", envFile(project, directory, settings).toString());
        environment.put("MYSQL_IMAGE", image);
        this.consul = new ConsulHttp("127.0.0.1:" + environment.get("CONSUL_HTTP_PORT"));
        Leftovers.remove(this.project);
    }

    private TestCluster(String project, TestCluster beside, Path directory, Map<String, String> settings) throws IOException {
        this.project = Images.project(project);
        this.network = beside.network;
        this.service = settings.getOrDefault(SERVICE, "mysql");
        this.ownConsul = false;
        environment.putAll(beside.environment);
        environment.put("COMPOSE_PROJECT_NAME", this.project);
        environment.put("ENV_FILE", envFile(project, directory, settings).toString());
        Path shared = Files.writeString(directory.resolve(project + ".yml"), """
                networks:
                  default:
                    external: true
                    name: %s
                volumes:
                  snapshots:
                    external: true
                    name: %s
                """.formatted(beside.network, beside.project + "_snapshots"));
        environment.put("COMPOSE_FILE", "docker-compose.yml:" + shared);
        this.consul = new ConsulHttp("127.0.0.1:" + environment.get("CONSUL_HTTP_PORT"));
        Leftovers.remove(this.project);
    }

    /** Another cluster with this one's Consul, network and snapshot volume; to be closed before this one. */
    TestCluster neighbour(String project, Path directory, Map<String, String> settings) throws IOException {
        return new TestCluster(project, this, directory, settings);
    }

    private static Path envFile(String project, Path directory, Map<String, String> settings) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "MYSQL_USER=app", "MYSQL_DATABASE=shop", "MYSQL_REPL_PASSWORD=replication-secret", "CONSUL=consul", "LOG_LEVEL=DEBUG"));
        lines.add("SUPERVISOR=" + Images.supervisor());
        lines.add("HOOKS=" + Images.hooks());
        settings.forEach((name, value) -> lines.add(name + "=" + value));
        // The form that the README gives for such a value; compose 1.29 takes it as it is, quotes within included.
        lines.add("MYSQL_PASSWORD=" + PASSWORD);
        return Files.write(directory.resolve(project + ".env"), lines, StandardCharsets.UTF_8);
    }

    /** For the compose file's own variables, before the first start. */
    public TestCluster with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    public void up(int nodes) {
        if (ownConsul) {
            compose("up", "-d", "--scale", "mysql=" + nodes);
        } else {
            compose("up", "-d", "--no-deps", "--scale", "mysql=" + nodes, "mysql");
        }
    }

    void restartConsul() {
        compose("restart", "-t", "1", "consul");
    }

    void stopConsul() {
        compose("stop", "-t", "1", "consul");
    }

    void startConsul() {
        compose("start", "consul");
    }

    /** Consul comes back on an empty disk. */
    void loseConsulsData() {
        stopConsul();
        String container = lines(compose("ps", "-a", "-q", "consul")).getFirst();
        docker("run", "--rm", "--volumes-from", container, "--entrypoint", "sh", environment.get("MYSQL_IMAGE"), "-c",
                "rm -rf /consul/data/*");
        startConsul();
    }

    /** Instances of a service that pass. */
    List<String> passing(String name) {
        return consul.passing(name);
    }

    /** Ids of the node containers that run. */
    public List<String> running() {
        return containers().stream()
                .filter(id -> docker("inspect", "-f", "{{.State.Running}}", id).strip().equals("true"))
                .toList();
    }

    private List<String> containers() {
        return lines(compose("ps", "-q", "mysql")).stream().map(id -> id.substring(0, 12)).toList();
    }

    public String docker(String... arguments) {
        if (MOVES.contains(arguments[0])) {
            // The old address may be another node's afterwards.
            addresses.clear();
        }
        return command.run(concat("docker", arguments));
    }

    /** Docker refuses to while a process of the container starts another one ("unable to freeze"). */
    public void freeze(String node) {
        await("frozen " + node, FREEZE, () -> Optional.of(node).filter(it -> tryDocker("pause", it)));
    }

    public void thaw(String node) {
        docker("unpause", node);
    }

    /** Its network is gone, all else of the container runs on. */
    public void cutOff(String node) {
        docker("network", "disconnect", network, node);
    }

    public void reconnect(String node) {
        docker("network", "connect", network, node);
    }

    /** The container of this cluster's Consul server, whether it runs or not. */
    public String consulContainer() {
        return lines(compose("ps", "-q", "consul")).getFirst();
    }

    /** Its network is gone for everybody, and for this machine. */
    public void cutConsulOff(String container) {
        docker("network", "disconnect", network, container);
    }

    /** With the name that the nodes look it up by, which doesn't come back by itself. */
    public void reconnectConsul(String container) {
        docker("network", "connect", "--alias", "consul", network, container);
    }

    /** What a container has said in the last seconds, on both of its outputs. */
    public String newLog(String node, Duration since) {
        Result result = command.attempt(List.of("docker", "logs", "--since", since.toSeconds() + "s", node));
        return result.out() + result.err();
    }

    /** A command of Docker that may fail; whether it did what it was told. */
    public boolean tryDocker(String... arguments) {
        if (MOVES.contains(arguments[0])) {
            addresses.clear();
        }
        return command.attempt(concat("docker", arguments)).status() == 0;
    }

    /** {@code manage} in that container. */
    Result manage(String node, String... arguments) {
        List<String> whole = new ArrayList<>(List.of("docker", "exec", node, "manage"));
        whole.addAll(Arrays.asList(arguments));
        return command.attempt(whole);
    }

    /** The whole status as a node tells it; empty while it can't. */
    public Optional<JsonNode> status(String node) {
        Result result = manage(node, "status", "--output", "json");
        try {
            return result.status() == 0 || result.status() == 69 ? Optional.of(JSON.readTree(result.out())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** A query as root by the node's own socket, its network needs not be there; empty while mysqld doesn't answer. */
    public Optional<String> bySocket(String node, String query) {
        Result result = command.attempt(List.of("docker", "exec", node, "mysql", "-Ne", query));
        return result.status() == 0 ? Optional.of(result.out().strip()) : Optional.empty();
    }

    /** Whether mysqld there is up and not read-only. */
    boolean isWritable(String node) {
        return bySocket(node, "SELECT @@GLOBAL.read_only").filter("0"::equals).isPresent();
    }

    /** The node that Consul lists as the primary, as an application would find it. */
    public Optional<String> primary() {
        List<String> found = consul.passing(service + "-primary");
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    public String awaitPrimary(Duration bound) {
        return await("a primary that accepts writes", bound, this::primary);
    }

    /** Nodes that Consul lists as healthy replicas. */
    public List<String> replicas() {
        return consul.passing(service);
    }

    public void awaitReplicas(int count, Duration bound) {
        await(count + " replicas", bound, () -> replicas().size() == count ? Optional.of(true) : Optional.empty());
    }

    /** By what the servers themselves say, whatever is listed. */
    void awaitRoles(int replicas, Duration bound) {
        awaitInside("primary that accepts writes with " + replicas + " replicas", bound, () -> status(running().getFirst())
                .filter(status -> status.path("healthy").asBoolean())
                .filter(status -> StreamSupport.stream(status.path("nodes").spliterator(), false)
                                .filter(node -> node.path("role").asText().equals("replica"))
                                .count()
                        == replicas));
    }

    void awaitReplica(String node, Duration bound) {
        await("replica " + node, bound, () -> replicas().contains(node) ? Optional.of(true) : Optional.empty());
    }

    /** Keys in Consul that begin so, with their values. */
    public Map<String, String> keys(String prefix) {
        return consul.keys(prefix);
    }

    /** The nodes that began a term, in order. */
    List<String> history() {
        Map<Long, String> terms = new TreeMap<>();
        keys(service + "/history/").forEach((key, value) -> terms.put(
                Long.parseLong(key.substring(key.lastIndexOf('/') + 1)), json(value).path("node").asText()));
        return List.copyOf(terms.values());
    }

    /** The id of the newest snapshot. */
    public Optional<String> lastSnapshot() {
        return Optional.ofNullable(keys(service + "-last-backup").get(service + "-last-backup"))
                .map(value -> json(value).path("id").asText());
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A connection of the application's user to one node. */
    public Connection connect(String container) throws SQLException {
        return connect(container, TestClient.PATIENCE);
    }

    /** @param patience how long to wait for each answer, that to the log-in too */
    public Connection connect(String container, Duration patience) throws SQLException {
        try {
            return APPLICATION.connect(addresses.computeIfAbsent(container, this::address), "shop", patience);
        } catch (SQLException e) {
            addresses.remove(container);
            throw e;
        }
    }

    /** The addresses by which applications find the instances of a service of this cluster, such as "-primary"; "" for the replicas. */
    Set<String> byDns(String suffix) {
        return new ConsulDns(Integer.parseInt(environment.get("CONSUL_DNS_PORT"))).addresses(service + suffix);
    }

    String address(String container) {
        return docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container).strip();
    }

    public void write(String container, String statement) throws SQLException {
        try (Connection connection = connect(container)) {
            TestClient.write(connection, statement);
        }
    }

    /** The first column of a query's rows. */
    public List<String> read(String container, String query) throws SQLException {
        try (Connection connection = connect(container)) {
            return TestClient.read(connection, query);
        }
    }

    public String logs() {
        return compose("logs", "--no-color", "mysql");
    }

    /** What one node has said, on both of its outputs. */
    String log(String node) {
        Result result = command.attempt(List.of("docker", "logs", node));
        return result.out() + result.err();
    }

    public <T> T await(String what, Duration bound, Supplier<Optional<T>> question) {
        return Await.until(what, bound, question, this::logs);
    }

    /** For a question by {@code docker exec}, which would keep a small machine busy if it were asked all the time. */
    public <T> T awaitInside(String what, Duration bound, Supplier<Optional<T>> question) {
        return Await.seldom(what, bound, question, this::logs);
    }

    private String compose(String... arguments) {
        return command.run(concat(COMPOSE.toString(), arguments));
    }

    private static List<String> concat(String program, String... arguments) {
        List<String> whole = new ArrayList<>(List.of(program));
        whole.addAll(Arrays.asList(arguments));
        return whole;
    }

    private static List<String> lines(String text) {
        return text.lines().filter(line -> !line.isBlank()).toList();
    }

    @Override
    public void close() {
        consul.close();
        try {
            keepLogs();
            // A paused container can't be stopped; one that isn't paused is left as it is.
            containers().forEach(node -> command.attempt(List.of("docker", "unpause", node)));
        } finally {
            compose("down", "-v", "-t", "1");
        }
    }

    /** A test that failed by a comparison says nothing of the nodes. */
    private void keepLogs() {
        try {
            Path directory = Files.createDirectories(Path.of("target", "e2e"));
            Files.writeString(directory.resolve(project + ".log"), logs());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
