package io.autopilot.mysql.adapter.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.dockerjava.api.model.Bind;
import io.autopilot.mysql.adapter.disk.LocalDisk;
import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotEngine.Donor;
import io.autopilot.mysql.port.SnapshotEngine.Taken;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;
import org.testcontainers.utility.MountableFile;

/** The engine with the stand-in for XtraBackup's command line, on a real MySQL 5.6.14 that is written to all the time. */
@Timeout(180)
@Tag("side-by-side")
class XtrabackupEngineIT {
    private static final String START = """
            set -eu
            user=$([ "$(id -u)" = 0 ] && echo root || echo mysql)
            cat > VOLUME/my.cnf <<END
            [mysqld]
            datadir=VOLUME/data
            user=$user
            socket=VOLUME/s.sock
            pid-file=VOLUME/s.pid
            server-id=1
            skip-name-resolve
            log-bin=binlog
            log-slave-updates
            gtid-mode=ON
            enforce-gtid-consistency
            END
            mysql_install_db --no-defaults --user=$user --datadir=VOLUME/data --basedir="$(cat /etc/mysql/old)" > /dev/null
            mysqld --defaults-file=VOLUME/my.cnf > VOLUME/log 2>&1 &
            for i in $(seq 150); do mysql -uroot -S VOLUME/s.sock -e 'SELECT 1' > /dev/null 2>&1 && break; sleep 0.2; done
            mysql -uroot -S VOLUME/s.sock -e "GRANT ALL ON *.* TO 'autopilot'@'%' IDENTIFIED BY 'p#x \\"\\\\\\\\'; CREATE DATABASE t;
                CREATE TABLE t.a (id INT PRIMARY KEY AUTO_INCREMENT, x TEXT)"
            (yes "INSERT INTO t.a (x) VALUES (REPEAT('x', 500));" | mysql -uroot -S VOLUME/s.sock) > /dev/null 2>&1 &
            """;

    private static final String RESTORED = """
            mysqld --no-defaults --user=$([ "$(id -u)" = 0 ] && echo root || echo mysql) --datadir=VOLUME/target --port=3307 \
                --socket=VOLUME/r.sock --pid-file=VOLUME/r.pid > VOLUME/restored.log 2>&1 &
            for i in $(seq 150); do mysql -uroot -S VOLUME/r.sock -e 'SELECT 1' > /dev/null 2>&1 && break; sleep 0.2; done
            mysql -uroot -S VOLUME/r.sock -N -e 'SELECT COUNT(*) FROM t.a; CHECK TABLE t.a'
            """;

    @TempDir
    Path volume;

    private InContainer programs = new InContainer("none");

    private static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(90), new ProcTicker(Path.of("/proc")));
    }

    private String shell(String script) {
        StringBuilder said = new StringBuilder();
        try {
            var exit = programs.run(
                    List.of("bash", "-c", script.replace("VOLUME", volume.toString())),
                    stdin -> {},
                    stdout -> said.append(new String(stdout.readAllBytes(), StandardCharsets.UTF_8)),
                    soon());
            assertEquals(0, exit.status(), exit::toString);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return said.toString();
    }

    private GtidSet executed() {
        return GtidSet.parse(shell("mysql -uroot -S VOLUME/s.sock -N -r -e 'SELECT @@GLOBAL.gtid_executed'"));
    }

    @Test
    void aSnapshotTakenUnderLoadHoldsExactlyTheRowsOfItsGtids() throws IOException {
        Object uid = Files.getAttribute(volume, "unix:uid");
        try (GenericContainer<?> container = new GenericContainer<>(
                DockerImageName.parse(System.getProperty("mysql56.image", "mysql-autopilot:5.6")))) {
            for (String program : List.of("xtrabackup", "xbstream")) {
                container.withCopyFileToContainer(
                        MountableFile.forHostPath(Path.of("docker/standin", program), 0755), "/usr/local/bin/" + program);
            }
            container
                    .withCreateContainerCmdModifier(command -> {
                        Objects.requireNonNull(command.getHostConfig()).withBinds(Bind.parse(volume + ":" + volume));
                        command.withUser(uid.toString()).withEntrypoint("sh", "-c", "echo here; sleep 600");
                    })
                    .waitingFor(Wait.forLogMessage("here\n", 1))
                    .start();
            programs = new InContainer(container.getContainerId());
            shell(START);
            restoreUnderLoad();
        }
    }

    private void restoreUnderLoad() throws IOException {
        GtidSet early = executed();
        Path target = Files.createDirectory(volume.resolve("target"));
        XtrabackupEngine engine = new XtrabackupEngine(
                programs,
                new LocalDisk(),
                volume,
                new XtrabackupEngine.Server(
                        volume.resolve("my.cnf"), new Address("127.0.0.1", 3306), "autopilot", new Secret("p#x \"\\")));
        assertEquals(Optional.empty(), engine.whyNot(MysqlVersion.parse("5.6.14"), soon()));
        Path archive = volume.resolve("archive");
        Taken taken;
        try (OutputStream out = Files.newOutputStream(archive)) {
            taken = engine.stream(new Donor(MysqlVersion.parse("5.6.14"), this::executed), out, soon());
        }
        try (InputStream in = Files.newInputStream(archive)) {
            engine.extract(in, target, soon());
        }
        engine.prepare(target, soon());
        List<String> said = shell(RESTORED).lines().toList();
        GtidSet set = ((GtidRange.Exact) taken.gtids()).set();
        // Three transactions made the user, the database and the table; every other one is a row.
        assertEquals(set.count() - 3, Long.parseLong(said.getFirst()));
        assertTrue(set.contains(early), "it is of the time when it was taken");
        assertTrue(said.getLast().endsWith("OK"), said::toString);
    }
}
