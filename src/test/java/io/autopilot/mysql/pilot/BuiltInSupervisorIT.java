package io.autopilot.mysql.pilot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The built-in supervisor, as a process of its own: the common scenarios, and those where it does better than ContainerPilot. */
@Tag("side-by-side")
final class BuiltInSupervisorIT extends SupervisorScenarios {
    @Override
    List<String> supervisor() {
        return command();
    }

    static List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.autopilot.mysql.cli.Manage",
                "supervise");
    }

    @Test
    void aDescriptionThatIsRefusedEndsWith78() throws Exception {
        assertEquals(78, live("{name: 'main', exec: 'true', restart: 'unlimited'}").awaitExit());
    }

    @Test
    void aPreStartThatFailsEndsEverythingWithItsStatus() throws Exception {
        Living living = live(
                job("preStart", "echo preStart >>$LINES; exit 69", ""),
                main("when: {source: 'preStart', once: 'exitSuccess'}"),
                job("tick", "true", "when: {interval: '1s'}"));

        assertEquals(69, living.awaitExit(), living::log);
        assertEquals(List.of("preStart"), living.lines());
    }

    @Test
    void aPreStartThatIsTooEarlyIsTriedAgain() throws Exception {
        Living living = live(
                job("preStart", "echo preStart >>$LINES; test -e there && exit 0; touch there; exit 75", ""),
                main("when: {source: 'preStart', once: 'exitSuccess'}"));

        living.awaitLine("main");
        assertEquals(List.of("preStart", "preStart", "main"), living.lines());
    }

    @Test
    void aJobThatEndsAtOnceIsHeldBackLongerEachTime() throws Exception {
        long before = System.nanoTime();
        Living living = live(job("main", "echo main >>$LINES; exit 1", "restarts: 'unlimited'"));

        living.awaitLines("main", 3);

        assertTrue(Duration.ofNanos(System.nanoTime() - before).toMillis() >= 3000, living::log);
        assertEquals(3, living.count("main"));
    }

    @Test
    void aTimeOutAlsoKillsWhatMadeItselfASessionOfItsOwn() throws Exception {
        Living living = live(
                job("slow", "setsid sleep 300 & echo pid $! >>$LINES; wait", "timeout: '700ms'"), main(""));

        living.await(() -> living.lines().stream().anyMatch(line -> line.startsWith("pid ")), "the child's pid");
        long child = Long.parseLong(living.lines().stream().filter(line -> line.startsWith("pid ")).findFirst().orElseThrow().substring(4));
        living.await(() -> !isRunning(child), "the end of the child " + child);
    }

    @Test
    void eventsOfTheTimeOfOneRunAreWorthOneFurtherRun() throws Exception {
        Living living = live(
                job("many", "true", "when: {interval: '100ms'}"),
                job("slow", "echo slow >>$LINES; sleep 1.2", "when: {source: 'many', each: 'exitSuccess'}"));

        living.awaitLines("slow", 2);
        living.terminate();

        assertEquals(0, living.awaitExit(), living::log);
        assertEquals(2, living.count("slow"), "a backlog was worked off after the stop");
    }

    @Test
    void stoppedMeansThatTheProcessIsGone() throws Exception {
        Living living = live(
                job("main", "trap 'sleep 0.5; echo gone >>$LINES; exit 0' TERM; echo main >>$LINES; while :; do sleep 0.1; done", ""),
                job("after", "echo after >>$LINES", "when: {source: 'main', once: 'stopped'}"));
        living.awaitLine("main");

        living.terminate();

        assertEquals(0, living.awaitExit(), living::log);
        living.assertOrder("main", "gone", "after");
    }
}
