package io.autopilot.mysql.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The wrapper around mysqld, run for real over a script that plays mysqld. */
final class MysqldRunTest {

    private static final Path WRAPPER = Path.of("docker/mysqld-run").toAbsolutePath();
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final String FAKE_MYSQLD = """
            #!/bin/bash
            trap 'echo TERM >>"$EVENTS"; kill $!; exit 0' TERM
            trap 'kill $!; exit 7' USR1
            sleep 300 &
            echo "ready $*" >>"$EVENTS"
            wait
            """;

    @TempDir
    Path directory;

    private Process wrapper;

    @BeforeEach
    void aFakeMysqldAndItsConfiguration() throws IOException {
        Path fake = Files.writeString(directory.resolve("mysqld"), FAKE_MYSQLD);
        Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(directory.resolve("my.cnf"), "[mysqld]\n");
        Files.createDirectories(directory.resolve("volume/data"));
        Files.createDirectories(directory.resolve("volume/state"));
        manage("exit 70");
    }

    /** What `manage` does in this test; nothing may ask it unless there is a reason. */
    private void manage(String script) throws IOException {
        Path manage = Files.writeString(directory.resolve("manage"), "#!/bin/bash\necho \"manage $*\" >>\"$EVENTS.manage\"\n" + script + "\n");
        Files.setPosixFilePermissions(manage, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String asked() throws IOException {
        Path events = directory.resolve("events.manage");
        return Files.exists(events) ? Files.readString(events) : "";
    }

    @Test
    void dataThatIsGivenUpIsMadeAnewBeforeMysqldStarts() throws Exception {
        Path discarded = Files.writeString(directory.resolve("volume/state/discarded"), "-\nwhy\n");
        manage("rm " + discarded);

        start();

        assertEquals("manage preStart\n", asked());
    }

    @Test
    void mysqldStartsOnDataThatIsInOrderWithoutAnyQuestion() throws Exception {
        start();

        assertEquals("", asked());
    }

    @Test
    void withoutADataDirectoryMysqldWaitsForOne() throws Exception {
        Files.delete(directory.resolve("volume/data"));
        manage("exit 75");

        launch();

        assertEquals(75, awaitExit());
        assertEquals("manage preStart\n", asked());
        assertFalse(Files.exists(eventsFile()));
    }

    @Test
    void aContainerThatIsStoppedWhileItsDataIsMadeAnewStartsNoMysqld() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        Files.delete(directory.resolve("volume/data"));
        manage("touch " + directory.resolve("run/stopping"));

        launch();

        assertEquals(75, awaitExit());
        assertFalse(Files.exists(eventsFile()));
    }

    @AfterEach
    void nothingIsLeftRunning() throws IOException {
        if (wrapper == null) {
            return;
        }
        if (Files.exists(startFile())) {
            signal("KILL", "-" + mysqldPid());
        }
        wrapper.destroyForcibly();
    }

    @Test
    void namesTheRunningMysqldByStartIdPidAndBootId() throws Exception {
        start();

        List<String> lines = Files.readAllLines(startFile());

        assertEquals(3, lines.size());
        assertTrue(lines.getFirst().matches("[0-9a-f-]{36}"), lines.getFirst());
        assertTrue(ProcessHandle.of(mysqldPid()).orElseThrow().isAlive());
        assertEquals(bootId(), lines.get(2));
        assertEquals("ready --defaults-file=" + directory.resolve("my.cnf") + " --user=mysql\n", events());
    }

    @Test
    void runsMysqldInASessionOfItsOwn() throws Exception {
        start();

        String stat = Files.readString(Path.of("/proc/" + mysqldPid() + "/stat"));

        String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        assertEquals(mysqldPid(), Long.parseLong(afterName[2]), "process group");
        assertEquals(mysqldPid(), Long.parseLong(afterName[3]), "session");
    }

    @Test
    void makesANewStartIdEachTime() throws Exception {
        start();
        String first = startId();
        signal("TERM", Long.toString(wrapper.pid()));
        awaitExit();
        start();

        assertNotEquals(first, startId());
    }

    @Test
    void removesTheSocketsLockThatAKilledContainerLeft() throws Exception {
        Files.writeString(socketLock(), ProcessHandle.current().pid() + "\n");

        start();

        assertFalse(Files.exists(socketLock()));
    }

    @Test
    void leavesTheSocketsLockOfALiveMysqld() throws Exception {
        Path copy = Files.copy(Path.of("/bin/sleep").toRealPath(), Files.createDirectory(directory.resolve("other")).resolve("mysqld"));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        Process other = new ProcessBuilder(copy.toString(), "300").start();
        try {
            Files.writeString(socketLock(), other.pid() + "\n");

            start();

            assertTrue(Files.exists(socketLock()));
        } finally {
            other.destroyForcibly();
        }
    }

    /** The predecessor's supervisor killed it after five seconds. */
    @Test
    void aMysqldThatTakesLongToStopIsWaitedFor() throws Exception {
        Files.writeString(directory.resolve("mysqld"), FAKE_MYSQLD.replace("kill $!; exit 0", "sleep 7; echo DONE >>\"$EVENTS\"; kill $!; exit 0"));
        start();

        signal("TERM", Long.toString(wrapper.pid()));

        assertEquals(0, awaitExit(), log());
        assertTrue(events().endsWith("TERM\nDONE\n"), events());
    }

    @Test
    void shutsDownCleanlyWhenNothingMarkedItWritable() throws Exception {
        start();

        signal("TERM", Long.toString(wrapper.pid()));

        assertEquals(0, awaitExit(), log());
        assertTrue(events().endsWith("TERM\n"));
        assertFalse(Files.exists(startFile()));
    }

    @Test
    void killsAWritableMysqldInsteadOfPassingTheStopOn() throws Exception {
        start();
        markWritable(startId(), "-");

        signal("TERM", Long.toString(wrapper.pid()));

        assertEquals(137, awaitExit(), log());
        assertFalse(events().contains("TERM"));
        assertEquals(1, linesOfLogWith("event=kill"), log());
        assertTrue(log().contains("reason=\"asked to stop while writable and not fenced\""), log());
        assertFalse(Files.exists(startFile()));
    }

    @Test
    void ignoresAMarkerOfAnotherStart() throws Exception {
        markWritable("11111111-1111-1111-1111-111111111111", "1");
        start();

        assertFalse(wrapper.waitFor(2500, TimeUnit.MILLISECONDS), "a dead start's deadline was enforced");
        signal("TERM", Long.toString(wrapper.pid()));

        assertEquals(0, awaitExit(), log());
    }

    @Test
    void killsMysqldWhenTheLeaseIsNotRenewedInTime() throws Exception {
        start();
        markWritable(startId(), Long.toString(uptimeMillis() + 60_000));
        assertFalse(wrapper.waitFor(2500, TimeUnit.MILLISECONDS), "killed before the deadline");

        markWritable(startId(), Long.toString(uptimeMillis() + 500));

        assertEquals(137, awaitExit(), log());
        assertTrue(log().contains("reason=\"lease not renewed in time\""), log());
        assertEquals(1, linesOfLogWith("event=kill"), log());
        assertFalse(events().contains("TERM"));
    }

    @Test
    void takesAnUnreadableDeadlineForOneThatIsOver() throws Exception {
        start();

        markWritable(startId(), "soon");

        assertEquals(137, awaitExit(), log());
    }

    @Test
    void startsAWritableMysqldAgainThatSomebodyElseShutDownAndDoesNotCallItCrashed() throws Exception {
        start();
        String first = startId();
        markWritable(first, "-");

        signal("TERM", Long.toString(mysqldPid()));

        await(() -> Files.exists(startFile()) && !startId(startFile()).equals(first));
        assertTrue(wrapper.isAlive());
        assertFalse(Files.exists(directory.resolve("run/writable")));
        assertEquals(1, linesOfLogWith("event=restart"), log());
        signal("TERM", Long.toString(wrapper.pid()));
        assertEquals(0, awaitExit(), log());
    }

    @Test
    void aReplicaThatSomebodyElseShutDownEnds() throws Exception {
        start();
        markWritable("11111111-1111-1111-1111-111111111111", "-");

        signal("TERM", Long.toString(mysqldPid()));

        assertEquals(0, awaitExit(), log());
        assertTrue(Files.exists(directory.resolve("run/writable")));
    }

    @Test
    void endsWithTheStatusOfMysqld() throws Exception {
        start();

        signal("USR1", Long.toString(mysqldPid()));

        assertEquals(7, awaitExit(), log());
        assertFalse(Files.exists(startFile()));
    }

    @Test
    void reportsTheSignalThatEndedMysqld() throws Exception {
        start();

        signal("SEGV", Long.toString(mysqldPid()));

        assertEquals(139, awaitExit(), log());
    }

    @Test
    void refusesToStartWithoutAConfiguration() throws Exception {
        Files.delete(directory.resolve("my.cnf"));

        launch();

        assertEquals(78, awaitExit());
        assertTrue(log().contains("my.cnf"), log());
        assertFalse(Files.exists(eventsFile()));
    }

    @Test
    void doesNotStartInAContainerThatIsBeingStopped() throws Exception {
        Files.createDirectories(startFile().getParent());
        Files.writeString(startFile().resolveSibling("stopping"), "");
        launch();

        assertTrue(wrapper.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS));
        assertEquals(75, wrapper.exitValue());
        assertFalse(Files.exists(startFile()));
    }

    private void launch() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(WRAPPER.toString());
        builder.environment().put("RUN_DIR", directory.resolve("run").toString());
        builder.environment().put("MYSQLD", directory.resolve("mysqld").toString());
        builder.environment().put("MY_CNF", directory.resolve("my.cnf").toString());
        builder.environment().put("MYSQL_DATADIR", directory.resolve("volume").toString());
        builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
        builder.environment().put("EVENTS", eventsFile().toString());
        builder.environment().put("SOCKET_LOCK", socketLock().toString());
        builder.redirectErrorStream(true);
        builder.redirectOutput(directory.resolve("log").toFile());
        wrapper = builder.start();
    }

    private void start() throws IOException, InterruptedException {
        Files.deleteIfExists(eventsFile());
        launch();
        await(() -> Files.exists(startFile()) && Files.exists(eventsFile()) && events().endsWith("\n"));
    }

    private void markWritable(String startId, String deadline) throws IOException {
        Path run = Files.createDirectories(directory.resolve("run"));
        Path next = Files.write(run.resolve("writable.next"), List.of(startId, deadline, bootId()));
        Files.move(next, run.resolve("writable"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private int awaitExit() throws InterruptedException, IOException {
        assertTrue(wrapper.waitFor(BOUND.toMillis(), TimeUnit.MILLISECONDS), log());
        return wrapper.exitValue();
    }

    private void await(BooleanSupplier condition) throws InterruptedException, IOException {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, log());
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private void signal(String name, String target) throws IOException {
        new ProcessBuilder("kill", "-" + name, "--", target).start().onExit().join();
    }

    private long linesOfLogWith(String text) throws IOException {
        return log().lines().filter(line -> line.contains(text)).count();
    }

    private String startId() throws IOException {
        return Files.readAllLines(startFile()).getFirst();
    }

    private static String startId(Path file) {
        try {
            return Files.readAllLines(file).getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long mysqldPid() throws IOException {
        return Long.parseLong(Files.readAllLines(startFile()).get(1));
    }

    private Path startFile() {
        return directory.resolve("run/mysqld.start");
    }

    private Path socketLock() {
        return directory.resolve("mysqld.sock.lock");
    }

    private Path eventsFile() {
        return directory.resolve("events");
    }

    private String events() {
        try {
            return Files.readString(eventsFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private static String bootId() throws IOException {
        return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    }

    private static long uptimeMillis() throws IOException {
        return Math.round(Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]) * 1000);
    }
}
