package io.autopilot.mysql.adapter.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.Bind;
import io.autopilot.mysql.adapter.disk.LocalDisk;
import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.adapter.time.ThreadSleeper;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.ScratchServer;
import io.autopilot.mysql.port.SnapshotEngine.Donor;
import io.autopilot.mysql.port.SnapshotEngine.Taken;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** CLONE LOCAL on a real server that is written to all the time. Donor and restored server run in one container. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
@Tag("side-by-side")
class CloneEngineIT {
    private static final int DONOR = 3306;
    private static final int RESTORED = 3307;
    private static final List<String> OPTIONS = List.of(
            "--log-bin=binlog",
            "--gtid-mode=ON",
            "--enforce-gtid-consistency=ON",
            "--plugin-load-add=auth_socket.so;mysql_clone.so",
            "--performance-schema=OFF",
            "--innodb-buffer-pool-size=64M",
            "--loose-mysqlx=OFF",
            "--skip-name-resolve");

    @TempDir
    static Path volume;

    private final AtomicBoolean writing = new AtomicBoolean(true);
    private GenericContainer<?> container;
    private CompletableFuture<Void> writer;
    private GtidSet beforeTheRows;

    private static Deadline in(Duration duration) {
        return Deadline.after(duration, new ProcTicker(Path.of("/proc")));
    }

    @BeforeAll
    void startDonor() throws Exception {
        Object uid = Files.getAttribute(volume, "unix:uid");
        container = new GenericContainer<>(
                        DockerImageName.parse(System.getProperty("mysql.image", "mysql-autopilot:9.7")))
                .withExposedPorts(DONOR, RESTORED)
                .withCreateContainerCmdModifier(command -> {
                    // Testcontainers' own way to bind pulls an image to look at the host's files with.
                    Objects.requireNonNull(command.getHostConfig()).withBinds(Bind.parse(volume + ":" + volume));
                    command.withUser(uid.toString()).withEntrypoint("sh", "-c", "echo here; sleep 600");
                })
                .waitingFor(Wait.forLogMessage("here\n", 1));
        container.start();
        Files.writeString(
                volume.resolve("users.sql"),
                "CREATE USER IF NOT EXISTS test@'%' IDENTIFIED BY 'test';\nGRANT ALL ON *.* TO test@'%';\n");
        assertEquals(0, execute("mysqld --no-defaults --initialize-insecure " + user() + " --datadir=" + volume + "/data"));
        start(volume.resolve("data"), DONOR, "--init-file=" + volume.resolve("users.sql"));
        try (Connection donor = connect(DONOR); Statement statement = donor.createStatement()) {
            statement.execute("CREATE DATABASE autopilot");
            // Names that could be taken for files that are left out.
            statement.execute("CREATE TABLE autopilot.autopilot (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT)");
            beforeTheRows = executed(DONOR);
        }
        writer = CompletableFuture.runAsync(this::write);
    }

    @AfterAll
    void stop() {
        writing.set(false);
        container.stop();
    }

    private String user() {
        return "--user=" + (execute("test $(id -u) = 0") == 0 ? "root" : "mysql");
    }

    private int execute(String script) {
        try {
            return new InContainer(container.getContainerId())
                    .run(List.of("sh", "-c", script), stdin -> {}, stdout -> {}, in(Duration.ofSeconds(60)))
                    .status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start(Path data, int port, String... more) {
        String command = "mysqld --no-defaults " + user() + " --datadir=" + data + " --port=" + port + " --server-id=" + port
                + " --socket=" + data + "/s.sock --pid-file=" + data + "/s.pid '" + String.join("' '", OPTIONS) + "' "
                + String.join(" ", more) + " > " + data + ".log 2>&1 &";
        assertEquals(0, execute(command));
        Optional<Boolean> up = new Poll(new ThreadSleeper()).until(in(Duration.ofSeconds(60)), Duration.ofMillis(200), () -> {
            try (Connection connection = connect(port)) {
                return Optional.of(connection.isValid(5));
            } catch (SQLException e) {
                return Optional.empty();
            }
        });
        assertTrue(up.isPresent(), () -> read(Path.of(data + ".log")));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Connection connect(int port) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mysql://" + container.getHost() + ":" + container.getMappedPort(port)
                        + "/?sslMode=DISABLED&allowPublicKeyRetrieval=true&connectTimeout=5000&socketTimeout=60000",
                "test",
                "test");
    }

    private void write() {
        try (Connection donor = connect(DONOR); Statement statement = donor.createStatement()) {
            while (writing.get()) {
                statement.execute("INSERT INTO autopilot.autopilot (t) VALUES (REPEAT('x', 1000))");
            }
        } catch (SQLException e) {
            if (writing.get()) {
                throw new IllegalStateException(e);
            }
        }
    }

    private String query(int port, String query) {
        try (Connection connection = connect(port);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private GtidSet executed(int port) {
        return GtidSet.parse(query(port, "SELECT @@GLOBAL.gtid_executed"));
    }

    private CloneEngine engine(boolean scratch) {
        ScratchServer server = new MysqldScratch(
                new InContainer(container.getContainerId()),
                new Poll(new ThreadSleeper()),
                task -> Thread.ofPlatform().daemon().start(task),
                Optional.of(user().substring(7)));
        return new CloneEngine(
                volume,
                volume.resolve("data"),
                new LocalDisk(),
                new JdbcCloning(deadline -> connect(DONOR)),
                scratch ? Optional.of(server) : Optional.empty());
    }

    private Taken take(CloneEngine engine, Path archive) throws Exception {
        Donor donor = new Donor(MysqlVersion.parse(query(DONOR, "SELECT VERSION()")), () -> executed(DONOR));
        try (OutputStream out = Files.newOutputStream(archive)) {
            return engine.stream(donor, out, in(Duration.ofSeconds(120)));
        }
    }

    private void assertNoCopyIsLeft() throws Exception {
        try (var names = Files.list(volume)) {
            assertEquals(0, names.filter(f -> f.getFileName().toString().startsWith("snapshot")).count());
        }
    }

    @Test
    void aSnapshotTakenUnderLoadIsExactToTheRow() throws Exception {
        Path archive = volume.resolve("archive.tar");
        Path target = Files.createDirectories(volume.resolve("restored"));
        Taken taken = take(engine(true), archive);
        assertNoCopyIsLeft();
        try (InputStream in = Files.newInputStream(archive)) {
            engine(true).extract(in, target, in(Duration.ofSeconds(60)));
        }
        engine(true).prepare(target, in(Duration.ofSeconds(5)));
        start(target, RESTORED);
        GtidSet restored = executed(RESTORED);
        assertEquals(new GtidRange.Exact(restored), taken.gtids());
        assertEquals(
                restored.count() - beforeTheRows.count(),
                Long.parseLong(query(RESTORED, "SELECT COUNT(*) FROM autopilot.autopilot")));
        assertTrue(restored.count() > beforeTheRows.count(), "rows were written before the snapshot");
        assertNotEquals(query(DONOR, "SELECT @@server_uuid"), query(RESTORED, "SELECT @@server_uuid"));
    }

    @Test
    void withoutASecondServerTheManifestGivesBounds() throws Exception {
        GtidRange.Between between =
                assertInstanceOf(GtidRange.Between.class, take(engine(false), volume.resolve("bounds.tar")).gtids());
        assertTrue(between.atMost().contains(between.atLeast()));
        assertTrue(between.atLeast().count() > beforeTheRows.count());
    }

    @Test
    void theServersRefusalIsToldAndNothingIsLeft() throws Exception {
        Path existing = Files.createDirectories(volume.resolve("existing"));
        MysqlException refused = assertThrows(
                MysqlException.class,
                () -> new JdbcCloning(deadline -> connect(DONOR)).cloneLocal(existing, in(Duration.ofSeconds(20))));
        assertTrue(refused.getMessage().startsWith("clone into " + existing), refused::getMessage);
        assertEquals(1007, refused.code());
    }

    @Test
    void theNextRunRemovesTheCopyOfAKilledOne() throws Exception {
        CloneEngine engine = engine(false);
        new JdbcCloning(deadline -> connect(DONOR))
                .cloneLocal(volume.resolve("snapshot.tmp.killed"), in(Duration.ofSeconds(30)));
        engine.removeLeftovers();
        assertNoCopyIsLeft();
    }
}
