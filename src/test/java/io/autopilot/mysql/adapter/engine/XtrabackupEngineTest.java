package io.autopilot.mysql.adapter.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.disk.LocalDisk;
import io.autopilot.mysql.adapter.process.JdkSubprocesses;
import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.BinlogPosition;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotEngine.Donor;
import io.autopilot.mysql.port.SnapshotEngine.Taken;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.Subprocesses;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the stand-in for the command line, which fails in every way that the real one was seen to. */
@Timeout(60)
class XtrabackupEngineTest {
    private static final GtidSet SET =
            GtidSet.parse("00000000-0000-0000-0000-00000000000a:1-9,00000000-0000-0000-0000-00000000000b:1-3");
    private static final Donor DONOR = new Donor(MysqlVersion.parse("5.6.14"), () -> SET);

    /** Answers the stand-in's questions as a server at rest would. */
    private static final String CLIENT = """
            #!/bin/sh
            cat "${1#--defaults-file=}" > DIRECTORY/login-seen
            while read -r sql; do
                case $sql in
                    *end-of-answer*) echo end-of-answer ;;
                    *datadir*) echo DIRECTORY/data ;;
                    *pages_dirty*) printf 'x\\t0\\n' ;;
                    *log_written*) printf 'x\\t512\\n' ;;
                    *'MASTER STATUS'*) printf 'binlog.000003\\t1234\\t\\t\\t%s\\n' 'SET' ;;
                    *dirty_pages_pct*) echo 75 ;;
                esac
            done
            """;

    @TempDir
    Path directory;

    private final byte[] table = new byte[3_000_000];
    private final List<List<String>> commands = new ArrayList<>();
    private String fail = "";

    @BeforeEach
    void aServerWithData() throws IOException {
        new Random(5).nextBytes(table);
        Files.createDirectories(directory.resolve("data/db"));
        Files.createDirectories(directory.resolve("volume"));
        Files.createDirectories(directory.resolve("target"));
        Files.write(directory.resolve("data/db/t.ibd"), table);
        Files.write(directory.resolve("data/ibdata1"), new byte[10]);
        Files.createFile(directory.resolve("data/db/empty.MYD"));
        Files.writeString(directory.resolve("data/auto.cnf"), "[auto]");
        Files.createDirectories(directory.resolve("bin"));
        Path client = directory.resolve("bin/mysql");
        // The client writes line breaks of values as \n.
        Files.writeString(
                client,
                CLIENT.replace("DIRECTORY", directory.toString()).replace("'SET'", "'" + SET.toString().replace(",", ",\\n") + "'"));
        Files.setPosixFilePermissions(client, PosixFilePermissions.fromString("rwx------"));
    }

    private Subprocesses programs() {
        return (command, stdin, stdout, deadline) -> {
            commands.add(command);
            List<String> standIn = Stream.concat(
                            Stream.of(
                                    "env",
                                    "PATH=" + directory.resolve("bin") + ":/usr/bin:/bin",
                                    "STANDIN_FAIL=" + fail,
                                    Path.of("docker/standin", command.getFirst()).toAbsolutePath().toString()),
                            command.stream().skip(1))
                    .toList();
            return new JdkSubprocesses().run(standIn, stdin, stdout, deadline);
        };
    }

    private XtrabackupEngine engine() {
        XtrabackupEngine.Server server = new XtrabackupEngine.Server(
                Path.of("/etc/mysql/my.cnf"), new Address("127.0.0.1", 3306), "autopilot", new Secret("p#\"\\ x"));
        return new XtrabackupEngine(programs(), new LocalDisk(), directory.resolve("volume"), server);
    }

    private static Deadline in(Duration duration) {
        return Deadline.after(duration, new ProcTicker(Path.of("/proc")));
    }

    private static Deadline soon() {
        return in(Duration.ofSeconds(30));
    }

    private byte[] archive() throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        engine().stream(DONOR, archive, soon());
        return archive.toByteArray();
    }

    private void extract(byte[] archive) throws IOException {
        engine().extract(new ByteArrayInputStream(archive), directory.resolve("target"), soon());
    }

    @Test
    void takesUnpacksAndPrepares() throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        Taken taken = engine().stream(DONOR, archive, soon());
        assertEquals(
                new Taken(new GtidRange.Exact(SET), Optional.of(new BinlogPosition("binlog.000003", 1234)), "2.3.8-standin"),
                taken);
        extract(archive.toByteArray());
        Path target = directory.resolve("target");
        assertTrue(Files.exists(target.resolve("xtrabackup_binlog_info")));
        engine().prepare(target, soon());
        assertEquals(List.of("xtrabackup", "--prepare", "--target-dir=" + target), commands.getLast());
        assertArrayEquals(table, Files.readAllBytes(target.resolve("db/t.ibd")));
        assertEquals(List.of("db", "ibdata1"), new LocalDisk().names(target));
        assertEquals(List.of("empty.MYD", "t.ibd"), new LocalDisk().names(target.resolve("db")));
        assertEquals(List.of(), new LocalDisk().names(directory.resolve("volume")), "nothing temporary is left");
    }

    @Test
    void aDatabaseIsNotTakenForAFileOfTheTool() throws IOException {
        Files.createDirectories(directory.resolve("data/xtrabackup_shop"));
        Files.writeString(directory.resolve("data/xtrabackup_shop/t.ibd"), "rows");
        extract(archive());
        engine().prepare(directory.resolve("target"), soon());
        assertEquals("rows", Files.readString(directory.resolve("target/xtrabackup_shop/t.ibd")));
    }

    @Test
    void thePasswordIsInAFileAndNeverInTheArguments() throws IOException {
        archive();
        assertFalse(commands.toString().contains("p#"), commands::toString);
        List<String> backup = commands.getLast();
        assertTrue(backup.get(1).startsWith("--defaults-file="), backup::toString);
        String login = Files.readString(directory.resolve("login-seen"));
        assertTrue(login.contains("password = \"p#\\\"\\\\ x\"\n"), login);
        assertTrue(login.startsWith("!include /etc/mysql/my.cnf\n"), login);
    }

    @ParameterizedTest
    @CsvSource({
        "late-error, xtrabackup backup failed",
        "not-ok, xtrabackup backup failed",
        "truncated, xtrabackup backup failed"
    })
    void everyFailureOfTheToolIsSeen(String failure, String message) {
        fail = failure;
        SnapshotException failed = assertThrows(SnapshotException.class, this::archive);
        assertTrue(failed.getMessage().startsWith(message), failed::getMessage);
        assertEquals(List.of(), new LocalDisk().names(directory.resolve("volume")));
    }

    @Test
    void aToolThatHangsIsKilledAtTheDeadline() {
        fail = "hang";
        SnapshotException failed = assertThrows(
                SnapshotException.class,
                () -> engine().stream(DONOR, new ByteArrayOutputStream(), in(Duration.ofSeconds(3))));
        assertTrue(failed.getMessage().contains("did not end in time"), failed::getMessage);
    }

    @Test
    void aSetThatTheServerNeverHadIsRefused() {
        Donor other = new Donor(DONOR.version(), () -> GtidSet.EMPTY);
        SnapshotException failed = assertThrows(
                SnapshotException.class, () -> engine().stream(other, new ByteArrayOutputStream(), soon()));
        assertTrue(failed.getMessage().contains("which is not between"), failed::getMessage);
    }

    @Test
    void aTruncatedOrAlteredStreamIsRefused() throws IOException {
        byte[] archive = archive();
        assertThrows(SnapshotException.class, () -> extract(Arrays.copyOf(archive, archive.length / 2)));
        byte[] altered = archive.clone();
        altered[altered.length / 2] ^= 1;
        assertThrows(SnapshotException.class, () -> extract(altered));
    }

    @Test
    void aPathThatLeadsOutIsRefusedBeforeTheProgramSeesIt() throws IOException {
        byte[] archive = archive();
        String text = new String(archive, java.nio.charset.StandardCharsets.ISO_8859_1).replace("db/t.ibd", "../t.ibd");
        SnapshotException refused = assertThrows(
                SnapshotException.class, () -> extract(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)));
        assertTrue(refused.getMessage().endsWith("the stream's file '../t.ibd' leads out of the directory"), refused::getMessage);
        assertFalse(Files.exists(directory.resolve("t.ibd")));
    }

    @Test
    void saysWhyItCant() {
        assertEquals(Optional.empty(), engine().whyNot(MysqlVersion.parse("5.6.14"), soon()));
        assertEquals(
                Optional.of(new Reason("xtrabackup 2.3.8-standin is not made for MySQL 9.7.4")),
                engine().whyNot(MysqlVersion.parse("9.7.4"), soon()));
    }

    @ParameterizedTest
    @CsvSource({
        "2.3.8, 5.6.14, true", "2.3.8, 5.7.44, false", "2.4.29, 5.7.44, true", "2.4.29, 5.6.51, true", "2.4.29, 8.0.33, false",
        "8.0.33, 8.0.33, true", "8.0.33, 8.4.0, false", "8.4.0, 8.4.5, true", "9.1.0, 9.7.4, false"
    })
    void eachSeriesOfTheToolIsForItsServers(String tool, String server, boolean fits) {
        assertEquals(fits, XtrabackupInfo.fits(MysqlVersion.parse(tool), MysqlVersion.parse(server)));
    }

    @Test
    void readsAnEmptySetAndOneOverSeveralLines() {
        assertEquals(GtidSet.EMPTY, XtrabackupInfo.readBinlog("binlog.000001\t120\t\n").executed());
        assertEquals(SET, XtrabackupInfo.readBinlog("binlog.000001\t120\t" + SET.toString().replace(",", ",\n") + "\n").executed());
        assertThrows(SnapshotException.class, () -> XtrabackupInfo.readBinlog("nothing"));
    }
}
