package io.autopilot.mysql.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small scripts that containerpilot.json5 starts, run for real over a script that plays {@code manage}. */
final class LifeScriptsTest {
    /** bash numbers what a script opens by a variable ({@code exec {name}<>}) from here on. */
    private static final int FIRST_BY_VARIABLE = 10;
    private static final Duration BOUND = Duration.ofSeconds(10);

    /** Ends with the numbers in the file `statuses`, one a run, then with 0. */
    private static final String FAKE_MANAGE = """
            #!/bin/bash
            echo "manage $*" >>"$EVENTS"
            read -r status <"$STATUSES" && sed -i 1d "$STATUSES"
            exit "${status:-0}"
            """;

    @TempDir
    Path directory;

    private final Map<String, String> settings = new HashMap<>();
    private final List<Process> started = new ArrayList<>();

    @BeforeEach
    void aFakeManage() throws IOException {
        script("manage", FAKE_MANAGE);
        Files.writeString(directory.resolve("statuses"), "");
        Files.writeString(directory.resolve("events"), "");
    }

    @AfterEach
    void nothingIsLeftRunning() {
        for (Process process : started) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Test
    void preStartIsLeftToTheBuiltInSupervisor() throws Exception {
        statuses("75");

        assertEquals(75, ended(run("pre-start")));
        assertEquals("manage preStart\n", events());
    }

    @Test
    void preStartEndsContainerPilotWhenTryingAgainWontHelp() throws Exception {
        Process containerPilot = containerPilot();
        statuses("78");

        assertEquals(78, ended(runUnder(containerPilot, "pre-start")));
        assertEquals("78\n", Files.readString(directory.resolve("run/pre-start.status")));
        assertEquals(143, ended(containerPilot));
    }

    @Test
    void preStartIsTriedAgainUnderContainerPilotWhenItIsTooEarly() throws Exception {
        Process containerPilot = containerPilot();
        statuses("75");

        assertEquals(0, ended(runUnder(containerPilot, "pre-start")));
        assertEquals("manage preStart\nmanage preStart\n", events());
        assertTrue(containerPilot.isAlive());
    }

    @Test
    void aJobThatEndsAtOnceWaitsBeforeItsSecondRunUnderContainerPilot() throws Exception {
        Process containerPilot = containerPilot();
        assertEquals(0, ended(runUnder(containerPilot, "backoff-run", "manage", "first")));

        long before = System.nanoTime();
        assertEquals(0, ended(runUnder(containerPilot, "backoff-run", "manage", "second")));

        assertTrue(Duration.ofNanos(System.nanoTime() - before).toMillis() >= 1000);
        assertEquals("manage first\nmanage second\n", events());
        assertTrue(log().contains("event=wait command=manage seconds=1"), log());
    }

    @Test
    void aRunOfAMinuteEndsTheBackoff() throws Exception {
        long uptime = (long) uptime();
        Files.createDirectories(directory.resolve("run"));
        Files.writeString(directory.resolve("run/backoff.manage"), (uptime - 91) + " 30\n");

        assertEquals(0, ended(runUnder(containerPilot(), "backoff-run", "manage", "again")));

        assertFalse(log().contains("event=wait"), log());
    }

    @Test
    void theBuiltInSupervisorsOwnBackoffIsNotAddedTo() throws Exception {
        ended(run("backoff-run", "manage", "first"));
        ended(run("backoff-run", "manage", "second"));

        assertFalse(log().contains("event=wait"), log());
        assertFalse(Files.exists(directory.resolve("run")));
    }

    @Test
    void thereIsNothingToStopBeforePreStartHasWrittenTheServersConfiguration() throws Exception {
        Files.writeString(directory.resolve("my.cnf"), "of the container's last life");
        assertEquals(0, ended(run("pre-start")));
        assertEquals(0, ended(run("pre-stop")));
        assertEquals(0, ended(run("pre-stop", "await")));
        assertEquals("manage preStart\n", events());
    }

    @Test
    void noSupervisorIsStartedOnAWrongConfiguration() throws Exception {
        statuses("78");
        assertEquals(78, ended(run("entrypoint")));
        assertEquals("manage preStart --check\n", events());
        assertEquals("", log());
    }

    @Test
    void theContainerEndsWithTheStatusOfAPreStartThatGaveUpThoughContainerPilotEndsWithNone() throws Exception {
        image("cd \"$RUN_DIR\" && echo 78 >pre-start.status");
        assertEquals(78, ended(run("entrypoint")));
    }

    @Test
    void theSupervisorIsToldTheNameOfTheNode() throws Exception {
        image("echo \"$NODE_NAME\" >>\"$EVENTS\"");
        assertEquals(0, ended(run("entrypoint")));
        String name = Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        assertEquals("manage preStart --check\n" + name + "\n", events());
    }

    @Test
    void theLifeIsToldWhetherAJobKeepsTheHooks() throws Exception {
        image("echo \"resident=$RESIDENT_HOOKS\" >>\"$EVENTS\"");
        assertEquals(0, ended(run("entrypoint")));
        settings.put("HOOKS", "process");
        assertEquals(0, ended(run("entrypoint")));
        String check = "manage preStart --check\n";
        assertEquals(check + "resident=1\n" + check + "resident=\n", events());
    }

    @Test
    void aStopIsPassedOnToContainerPilotAndTheStatusOfAnOldLifeIsForgotten() throws Exception {
        Files.writeString(Files.createDirectories(directory.resolve("run")).resolve("pre-start.status"), "78\n");
        image("trap 'echo stopped >>\"$EVENTS\"; exit 0' TERM; echo started >>\"$EVENTS\"; while :; do sleep 0.1; done");
        Process entrypoint = run("entrypoint");
        awaitEvents("manage preStart --check\nstarted\n");
        entrypoint.destroy();
        assertEquals(0, ended(entrypoint));
        assertEquals("manage preStart --check\nstarted\nstopped\n", events());
    }

    @Test
    void theAgentsStopWaitsForTheEndOfPreStopAlsoWhenItFails() throws Exception {
        Process await = run("pre-stop", "await");
        assertFalse(await.waitFor(500, TimeUnit.MILLISECONDS));
        Files.writeString(directory.resolve("my.cnf"), "[mysqld]");
        statuses("70");

        assertEquals(70, ended(run("pre-stop")));
        assertEquals(0, ended(await));
    }

    @Test
    void aRestartedContainerForgetsTheNoteOfItsLastPreStop() throws Exception {
        ended(run("pre-stop"));
        ended(run("pre-start"));

        assertFalse(run("pre-stop", "await").waitFor(500, TimeUnit.MILLISECONDS));
    }

    @Test
    void aReplicasLostLinkIsNoticedOnceAndNotWhenAnotherTakesItsPlace() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        Files.writeString(directory.resolve("run/mysqld.start"), "");
        links(link("0100007F:C350", "0200007F:0CEA", "01", 306));
        Process watch = run("link-watch");
        awaitLooks(watch);
        links(link("0100007F:C351", "0300007F:0CEA", "01", 306));
        awaitLooks(watch);
        // Connecting is not being connected, a hook's connection is none of mysqld's, and who comes to this port is no source.
        links(
                link("0100007F:C352", "0300007F:0CEA", "02", 306),
                link("0100007F:C353", "0300007F:0CEA", "01", 0),
                link("0100007F:0CEA", "0300007F:C354", "01", 306));
        assertEquals(0, ended(watch));
    }

    @Test
    void aNodeWithoutMysqldHasNoLinkToLose() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        Process watch = losesItsLink();
        awaitLooks(watch);
        awaitLooks(watch);
        assertTrue(watch.isAlive());
    }

    @Test
    void aPrimaryHasNoLinkToLose() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        Files.writeString(directory.resolve("run/mysqld.start"), "run-1\n7\nboot\n");
        Files.writeString(directory.resolve("run/writable"), "run-1\n-\nboot\n");
        links(link("0100007F:C350", "0200007F:0CEA", "01", 306));
        Process watch = run("link-watch");
        assertFalse(watch.waitFor(1200, TimeUnit.MILLISECONDS), "two looks");
        links();
        assertFalse(watch.waitFor(1200, TimeUnit.MILLISECONDS), "two more");
    }

    /** It looked away for good after its first term (seen in a bench: a cut was noticed by health alone). */
    @Test
    void anOldPrimaryWhoseMysqldDiedNoticesAsAReplicaThatItsLinkIsLost() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        Files.writeString(directory.resolve("run/mysqld.start"), "run-2\n8\nboot\n");
        Files.writeString(directory.resolve("run/writable"), "run-1\n-\nboot\n");
        assertEquals(0, ended(losesItsLink()));
    }

    private Process losesItsLink() throws Exception {
        links(link("0100007F:C350", "0200007F:0CEA", "01", 306));
        Process watch = run("link-watch");
        awaitLooks(watch);
        links();
        return watch;
    }

    private void links(String... lines) throws IOException {
        Files.createDirectories(directory.resolve("net"));
        Path written = Files.writeString(directory.resolve("net/new"), "  sl  local_address rem_address   st\n" + String.join("", lines));
        Files.move(written, directory.resolve("net/tcp"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Until it has read the table as it is now at least twice, by the bytes that it has read in all. */
    private void awaitLooks(Process watch) throws IOException {
        awaitLooking(watch);
        long enough = bytesRead(watch) + 4 * Files.size(directory.resolve("net/tcp"));
        long end = System.nanoTime() + BOUND.toNanos();
        while (bytesRead(watch) < enough) {
            assertTrue(System.nanoTime() < end, "the watch doesn't look");
            Thread.onSpinWait();
        }
    }

    /** Until it has its pipe: what a shell reads before that are its libraries and the script, many times a small table. */
    private static void awaitLooking(Process watch) throws IOException {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!hasPipe(watch)) {
            assertTrue(System.nanoTime() < end, "the watch doesn't begin");
            Thread.onSpinWait();
        }
    }

    private static boolean hasPipe(Process watch) throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(watch.pid()), "fd"))) {
            return open.filter(fd -> Integer.parseInt(fd.getFileName().toString()) >= FIRST_BY_VARIABLE)
                    .anyMatch(LifeScriptsTest::isPipe);
        }
    }

    private static boolean isPipe(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().startsWith("pipe:");
        } catch (NoSuchFileException closed) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long bytesRead(Process process) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "io"))) {
            return lines.filter(line -> line.startsWith("rchar: "))
                    .mapToLong(line -> Long.parseLong(line.substring(7)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String link(String local, String remote, String state, int uid) {
        return "   0: " + local + " " + remote + " " + state + " 00000000:00000000 00:00000000 00000000 " + uid + " 0 1\n";
    }

    @Test
    void theSnapshotLoopAsksAtOnceWhenItIsToldAndTakesOneThatIsDue() throws Exception {
        run("snapshot-loop");
        assertEquals(0, ended(run("snapshot-loop", "now")));

        awaitEvents("manage snapshot --is-due\nmanage snapshot --if-due\n");
    }

    @Test
    void theSnapshotLoopStartsNoProgramForASnapshotThatIsNotDue() throws Exception {
        statuses("1");
        run("snapshot-loop");
        ended(run("snapshot-loop", "now"));

        awaitAnswered();
        awaitEvents("manage snapshot --is-due\n");
    }

    @Test
    void theSnapshotLoopAsksAgainSoonAfterANotNow() throws Exception {
        statuses("75");
        run("snapshot-loop");
        ended(run("snapshot-loop", "now"));

        awaitEvents("manage snapshot --is-due\nmanage snapshot --is-due\nmanage snapshot --if-due\n");
    }

    @Test
    void theSnapshotLoopAsksAgainSoonAfterAnotherNodeWasFaster() throws Exception {
        statuses("0\n75");
        run("snapshot-loop");
        ended(run("snapshot-loop", "now"));

        String both = "manage snapshot --is-due\nmanage snapshot --if-due\n";
        awaitEvents(both + both);
    }

    @Test
    void aNewPrimaryIsNoReasonToAskAgainOnceThereWasAnAnswer() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        Files.writeString(directory.resolve("run/snapshot.answered"), "");

        assertEquals(0, ended(run("snapshot-loop", "now")));

        assertFalse(Files.exists(directory.resolve("run/snapshot.now")));
    }

    @Test
    void aSnapshotLoopHadNoAnswerYetWhenItStarts() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        Files.writeString(directory.resolve("run/snapshot.answered"), "");
        Files.writeString(directory.resolve("run/snapshot.now"), "");
        statuses("75");

        run("snapshot-loop");

        awaitEvents("manage snapshot --is-due\n");
        assertFalse(Files.exists(directory.resolve("run/snapshot.answered")));
    }

    @Test
    void aSnapshotIsProvenWhenThatIsDueWithTheLowestPriority() throws Exception {
        script("ionice", "#!/bin/bash\necho \"ionice ${*:1:5}\" >>\"$EVENTS\"\n\"${@:6}\"\n");
        run("verify-loop");
        awaitEventsBegin("manage verify --is-due\nionice -c 3 nice -n 19\nmanage verify --if-due\n");
    }

    @Test
    void aSnapshotThatNeedNotBeProvenIsNot() throws Exception {
        statuses("1");
        run("verify-loop");
        awaitEventsBegin("manage verify --is-due\nmanage verify --is-due\n");
    }

    @Test
    void aNodeThatCantFollowIsRebuiltByALoopThatCostsNothingElse() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        run("rebuild-loop");
        Files.writeString(directory.resolve("run/diverged"), "");
        statuses("75");

        // The second time after the pause; the third one right away, and so on while the note is there.
        awaitEventsBegin("manage rebuild --by-policy\nmanage rebuild --by-policy\n");
    }

    @Test
    void aNodeThatFollowsStartsNoRebuild() throws Exception {
        Process loop = run("rebuild-loop");

        assertFalse(loop.waitFor(2500, TimeUnit.MILLISECONDS), log());
        assertEquals("", events());
    }

    @Test
    void aContainerThatStartsForgetsWhatBelongedToItsLastLife() throws Exception {
        Files.createDirectories(directory.resolve("run"));
        for (String name : List.of("stopping", "diverged", "mysqld.start")) {
            Files.writeString(directory.resolve("run").resolve(name), "");
        }

        assertEquals(0, ended(run("pre-start")));

        try (var left = Files.list(directory.resolve("run"))) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void aChangeStartsNoJvmWhereNoMysqldWasStarted() throws Exception {
        script("java", "#!/bin/bash\necho \"${@: -2}\" >\"$EVENTS\"\nexit 69\n");
        assertEquals(0, ended(run("manage", "onChange", "--if-running")));
        assertEquals("", events());
        Files.createDirectories(directory.resolve("run"));
        Files.writeString(directory.resolve("run/mysqld.start"), "");

        assertEquals(69, ended(run("manage", "onChange", "--if-running")));
        assertEquals("onChange --if-running\n", events());
    }

    @Test
    void theLauncherBoundsLookUpsOfNamesAndNotesWhenItBegan() throws Exception {
        script("java", "#!/bin/bash\necho \"$RES_OPTIONS\" \"$MANAGE_LAUNCHED\" \"${@: -2}\" >\"$EVENTS\"\n");
        double before = uptime();

        assertEquals(0, ended(run("manage", "preStop", "--x y")));

        String[] said = events().strip().split(" ", 4);
        assertEquals("timeout:1 attempts:2", said[0] + " " + said[1]);
        assertTrue(Double.parseDouble(said[2]) >= before && Double.parseDouble(said[2]) <= uptime(), events());
        assertEquals("preStop --x y", said[3]);
    }

    private static double uptime() throws IOException {
        return Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
    }

    /** What the image has, with a ContainerPilot that does this. */
    private void image(String containerPilot) throws IOException {
        Files.createDirectories(directory.resolve("run"));
        Files.writeString(directory.resolve("life"), "{}");
        script("tini", "#!/bin/bash\nshift\nexec \"$@\"\n");
        script("containerpilot", "#!/bin/bash\n" + containerPilot + "\n");
    }

    private Process containerPilot() throws IOException {
        Path copy = Files.copy(Path.of("/bin/sleep").toRealPath(), directory.resolve("containerpilot"));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
        Process process = new ProcessBuilder(copy.toString(), "300").start();
        started.add(process);
        return process;
    }

    private Process run(String script, String... arguments) throws IOException {
        return launch("", script, arguments);
    }

    private Process runUnder(Process containerPilot, String script, String... arguments) throws IOException {
        return launch(Long.toString(containerPilot.pid()), script, arguments);
    }

    private Process launch(String supervisorPid, String script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of("docker", script).toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
        builder.environment().put("RUN_DIR", directory.resolve("run").toString());
        builder.environment().put("MY_CNF", directory.resolve("my.cnf").toString());
        builder.environment().put("LIFE", directory.resolve("life").toString());
        builder.environment().put("EVENTS", directory.resolve("events").toString());
        builder.environment().put("PROC_NET", directory.resolve("net").toString());
        builder.environment().put("MYSQLD_UID", "306");
        builder.environment().put("STATUSES", directory.resolve("statuses").toString());
        builder.environment().put("REBUILD_RETRY", "1");
        builder.environment().put("VERIFY_POLL", "1");
        builder.environment().put("CONTAINERPILOT_PID", supervisorPid);
        builder.environment().putAll(settings);
        builder.redirectErrorStream(true);
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("log").toFile()));
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private int ended(Process process) throws InterruptedException, IOException {
        assertTrue(process.waitFor(BOUND.toMillis(), TimeUnit.MILLISECONDS), log());
        return process.exitValue();
    }

    private void awaitAnswered() throws InterruptedException {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!Files.exists(directory.resolve("run/snapshot.answered"))) {
            assertTrue(System.nanoTime() < end, "the loop had no answer");
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private void awaitEventsBegin(String expected) throws InterruptedException, IOException {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!events().startsWith(expected)) {
            assertTrue(System.nanoTime() < end, events() + log());
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private void awaitEvents(String expected) throws InterruptedException, IOException {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!events().equals(expected)) {
            assertTrue(System.nanoTime() < end, events() + log());
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private void statuses(String lines) throws IOException {
        Files.writeString(directory.resolve("statuses"), lines + "\n");
    }

    private void script(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String events() throws IOException {
        return Files.readString(directory.resolve("events"));
    }

    private String log() throws IOException {
        Path log = directory.resolve("log");
        return Files.exists(log) ? Files.readString(log) : "";
    }
}
