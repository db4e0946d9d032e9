package io.autopilot.mysql.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** A cluster from the compose file of this repository, under a project name of its own; everything goes away when it is closed. */
public final class TestCluster implements AutoCloseable {
    static final String PASSWORD = "pa ss#w$o'r\"d=\\x\u00e9";
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path COMPOSE = Path.of("docker/scripts/compose").toAbsolutePath();
    private static final Duration COMMAND = Duration.ofMinutes(3);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final String project;
    private final Map<String, String> environment = new TreeMap<>();
    private final Path envFile;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, String> addresses = new ConcurrentHashMap<>();

    public TestCluster(String project, String image, Path directory, Map<String, String> settings) throws IOException {
        this.project = project;
        this.envFile = directory.resolve(project + ".env");
        List<String> lines = new ArrayList<>(List.of(
                "MYSQL_USER=app", "MYSQL_DATABASE=shop", "MYSQL_REPL_PASSWORD=replication-secret", "CONSUL=consul", "LOG_LEVEL=DEBUG"));
        settings.forEach((name, value) -> lines.add(name + "=" + value));
        // The form that the README gives for such a value; compose 1.29 takes it as it is, quotes within included.
        lines.add("MYSQL_PASSWORD=" + PASSWORD);
        Files.write(envFile, lines, StandardCharsets.UTF_8);
        environment.put("COMPOSE_PROJECT_NAME", project);
        environment.put("CONSUL_HTTP_PORT", Integer.toString(freePort()));
        environment.put("CONSUL_DNS_PORT", Integer.toString(freePort()));
        environment.put("ENV_FILE", envFile.toString());
        environment.put("MYSQL_IMAGE", image);
    }

    /** For the compose file's own variables, before the first start. */
    TestCluster with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    public void up(int nodes) {
        compose("up", "-d", "--scale", "mysql=" + nodes);
    }

    void restartConsul() {
        compose("restart", "-t", "1", "consul");
    }

    /** Ids of the node containers that run. */
    public List<String> running() {
        return lines(compose("ps", "-q", "mysql")).stream()
                .map(id -> id.substring(0, 12))
                .filter(id -> run("docker", "inspect", "-f", "{{.State.Running}}", id).strip().equals("true"))
                .toList();
    }

    public String docker(String... command) {
        forgetAddresses();
        List<String> whole = new ArrayList<>(List.of("docker"));
        whole.addAll(Arrays.asList(command));
        return run(whole.toArray(String[]::new));
    }

    /** The whole status as a node tells it; empty while it can't. */
    public Optional<JsonNode> status(String container) {
        Result result = attempt(List.of("docker", "exec", container, "manage", "status", "--output", "json"));
        try {
            return result.status() == 0 || result.status() == 69 ? Optional.of(JSON.readTree(result.out())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The container that Consul lists as the primary, as an application would find it. */
    public Optional<String> primary() {
        List<String> found = passing("mysql-primary");
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    public String awaitPrimary(Duration bound) {
        return await("a primary that accepts writes", bound, this::primary);
    }

    /** Containers that Consul lists as healthy replicas. */
    public List<String> replicas() {
        return passing("mysql");
    }

    /** Over Consul's published port: a poll must not cost the machine what it measures. */
    private List<String> passing(String service) {
        URI uri = URI.create("http://127.0.0.1:" + environment.get("CONSUL_HTTP_PORT") + "/v1/health/service/" + service + "?passing=1");
        try {
            HttpResponse<String> answer =
                    http.send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(3)).build(), HttpResponse.BodyHandlers.ofString());
            List<String> nodes = new ArrayList<>();
            JSON.readTree(answer.body())
                    .forEach(entry -> nodes.add(entry.path("Service").path("ID").asText().substring(service.length() + 1)));
            return nodes;
        } catch (IOException e) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    public void awaitReplicas(int count, Duration bound) {
        await(count + " replicas", bound, () -> replicas().size() == count ? Optional.of(true) : Optional.empty());
    }

    /** A connection of the application's user to one node. */
    public Connection connect(String container) throws SQLException {
        String address = addresses.computeIfAbsent(container, this::address);
        Properties properties = new Properties();
        properties.setProperty("user", "app");
        properties.setProperty("password", PASSWORD);
        properties.setProperty("allowPublicKeyRetrieval", "true");
        properties.setProperty("connectTimeout", "2000");
        properties.setProperty("socketTimeout", "5000");
        return DriverManager.getConnection("jdbc:mysql://" + address + ":3306/shop", properties);
    }

    private String address(String container) {
        return run("docker", "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container).strip();
    }

    /** A container that was started again may have another address. */
    private void forgetAddresses() {
        addresses.clear();
    }

    public void write(String container, String statement) throws SQLException {
        try (Connection connection = connect(container);
                Statement sql = connection.createStatement()) {
            sql.executeUpdate(statement);
        }
    }

    /** The first column of a query's rows. */
    public List<String> read(String container, String query) throws SQLException {
        try (Connection connection = connect(container);
                Statement sql = connection.createStatement();
                ResultSet rows = sql.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    public String logs() {
        return compose("logs", "--no-color", "mysql");
    }

    public <T> T await(String what, Duration bound, Supplier<Optional<T>> question) {
        long end = System.nanoTime() + bound.toNanos();
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("no " + what + " within " + bound + "; the log:\n" + logs());
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    private record Result(int status, String out) {}

    private String compose(String... command) {
        List<String> whole = new ArrayList<>(List.of(COMPOSE.toString()));
        whole.addAll(Arrays.asList(command));
        return run(whole.toArray(String[]::new));
    }

    private String run(String... command) {
        Result result = attempt(List.of(command));
        if (result.status() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " ended with " + result.status() + ": " + result.out());
        }
        return result.out();
    }

    private Result attempt(List<String> command) {
        try {
            Path out = Files.createTempFile("out", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(COMMAND.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", command) + " did not end in " + COMMAND);
            }
            String said = Files.readString(out);
            Files.delete(out);
            return new Result(process.exitValue(), said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static List<String> lines(String text) {
        return text.lines().filter(line -> !line.isBlank()).toList();
    }

    @Override
    public void close() {
        http.close();
        compose("down", "-v", "-t", "1");
    }
}
