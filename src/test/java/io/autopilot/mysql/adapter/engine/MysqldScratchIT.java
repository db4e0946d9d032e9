package io.autopilot.mysql.adapter.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.Bind;
import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.adapter.time.ThreadSleeper;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.ScratchServer.Findings;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.Subprocesses.Exit;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** What real servers find of real data, sound and broken. */
@Timeout(180)
@Tag("side-by-side")
class MysqldScratchIT {
    private static final Duration LONG = Duration.ofSeconds(120);
    private static final int PAGE = 16 << 10;

    @TempDir
    Path volume;

    private InContainer programs;

    @ParameterizedTest
    @ValueSource(strings = {"mysql-autopilot:9.7", "mysql-autopilot:5.6-standin"})
    void soundDataIsFoundSoundAndBrokenDataBroken(String image) throws IOException {
        try (GenericContainer<?> started = start(image)) {
            programs = new InContainer(started.getContainerId());
            Path data = made();
            Findings found = scratch().check(data, Optional.of("SELECT COUNT(*) = 8192 FROM shop.`odd``\tname`"), in(LONG));
            assertEquals(List.of(), found.broken());
            assertEquals(Optional.of("1"), found.answer());
            assertTrue(found.tables() > 20, found.toString());
            assertEquals(image.contains("5.6"), found.executed().isEmpty(), found.toString());

            kill();
            damage(data.resolve("shop/plain.ibd"));
            String broken = finds(data);
            assertTrue(broken.contains("shop"), broken);

            SnapshotException none = assertThrows(
                    SnapshotException.class, () -> scratch().check(volume.resolve("nothing"), Optional.empty(), in(LONG)));
            assertTrue(none.getMessage().startsWith("the server on the copy doesn't start: status "), none.getMessage());
        }
    }

    /** A server either names the table, or ends over it. */
    private String finds(Path data) {
        try {
            List<String> broken = scratch().check(data, Optional.empty(), in(LONG)).broken();
            assertFalse(broken.isEmpty());
            return String.join("; ", broken);
        } catch (SnapshotException e) {
            return "shop: " + e.getMessage();
        }
    }

    private GenericContainer<?> start(String image) {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image))
                .withCreateContainerCmdModifier(command -> {
                    // Testcontainers' own way to bind pulls an image to look at the host's files with.
                    Objects.requireNonNull(command.getHostConfig()).withBinds(Bind.parse(volume + ":" + volume));
                    command.withEntrypoint("sh", "-c", "echo here; sleep 600");
                })
                .waitingFor(Wait.forLogMessage("here\n", 1));
        container.start();
        return container;
    }

    private MysqldScratch scratch() {
        return new MysqldScratch(
                programs, new Poll(new ThreadSleeper()), task -> Thread.ofPlatform().daemon().start(task), Optional.of("mysql"));
    }

    private Path made() throws IOException {
        Files.setPosixFilePermissions(volume, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path data = volume.resolve("data");
        run("sh", "-c", "mkdir " + data + " && chown mysql " + data
                + " && if command -v mysql_install_db; then mysql_install_db --no-defaults --user=mysql --datadir=" + data
                + "; else mysqld --no-defaults --initialize-insecure --user=mysql --datadir=" + data + "; fi");
        Path socket = data.resolve("s.sock");
        List<String> command = List.of(
                "mysqld", "--no-defaults", "--user=mysql", "--datadir=" + data, "--skip-networking", "--skip-grant-tables", "--socket=" + socket,
                "--pid-file=" + data + "/s.pid", "--innodb-buffer-pool-size=64M", "--loose-mysqlx=OFF");
        try (ScratchRun server = ScratchRun.start(
                programs, command, socket, task -> Thread.ofPlatform().daemon().start(task), new Poll(new ThreadSleeper()), in(LONG))) {
            server.ask("CREATE DATABASE shop; CREATE TABLE shop.`odd``\tname` (id INT AUTO_INCREMENT PRIMARY KEY, t CHAR(200)) ENGINE=InnoDB;"
                    + "INSERT INTO shop.`odd``\tname` (t) VALUES ('x');"
                    + "INSERT INTO shop.`odd``\tname` (t) SELECT t FROM shop.`odd``\tname`;".repeat(13)
                    + "CREATE TABLE shop.plain (id INT PRIMARY KEY, t CHAR(200)) ENGINE=InnoDB; INSERT INTO shop.plain SELECT * FROM shop.`odd``\tname`;"
                    + "CREATE VIEW shop.seen AS SELECT 1");
            run("sh", "-c", "kill $(cat " + data + "/s.pid); while [ -e " + data + "/s.pid ]; do sleep 0.1; done");
        }
        return data;
    }

    /** As a disk does it that gives back something else than was written. */
    private static void damage(Path file) throws IOException {
        byte[] other = new byte[PAGE];
        Arrays.fill(other, (byte) 0xA5);
        try (RandomAccessFile table = new RandomAccessFile(file.toFile(), "rw")) {
            for (long page = 8; page < 12; page++) {
                table.seek(page * PAGE + 100);
                table.write(other, 0, 4000);
            }
        }
    }

    /** Of a program that was started by {@code docker exec} only the client is killed. */
    private void kill() throws IOException {
        run("sh", "-c", "pkill -KILL -x mysqld; while pgrep -r D,R,S -x mysqld; do sleep 0.1; done");
    }

    private void run(String... command) throws IOException {
        Exit exit = programs.run(List.of(command), stdin -> {}, stdout -> {}, in(LONG));
        assertEquals(0, exit.status(), exit.toString());
    }

    private static Deadline in(Duration duration) {
        return Deadline.after(duration, new ProcTicker(Path.of("/proc")));
    }
}
