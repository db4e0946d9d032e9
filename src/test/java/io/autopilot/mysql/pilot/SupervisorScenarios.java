package io.autopilot.mysql.pilot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What both supervisors do alike, each run for real over small shell scripts. */
abstract class SupervisorScenarios {
    private static final String NO_CONSUL = "consul: '127.0.0.1:1', stopTimeout: 1, logging: {level: 'DEBUG'},";
    private static final String MAIN =
            "{name: 'main', exec: ['sh', '-c', 'trap \"echo main-term >>$LINES; exit 0\" TERM; echo main >>$LINES; sleep 300 & wait']";

    @TempDir
    Path directory;

    private final List<Living> alive = new ArrayList<>();

    /** The supervisor's command line, to which the file is added. */
    abstract List<String> supervisor();

    @AfterEach
    void nothingIsLeftRunning() throws InterruptedException {
        for (Living living : alive) {
            living.close();
        }
    }

    @Test
    void aJobStartsWhenTheOneItWaitsForHasSucceeded() throws Exception {
        Living living = live(
                MAIN + ", when: {source: 'first', once: 'exitSuccess'}}",
                job("first", "sleep 0.5; echo first >>$LINES", ""));

        living.awaitLine("main");
        living.assertOrder("first", "main");
    }

    @Test
    void aJobThatWaitsForAFailureDoesNotStartAfterASuccess() throws Exception {
        Living living = live(
                job("first", "echo first >>$LINES", ""),
                job("wrong", "echo wrong >>$LINES", "when: {source: 'first', once: 'exitFailed'}"),
                job("right", "sleep 0.5; echo right >>$LINES", "when: {source: 'first', once: 'exitSuccess'}"));

        living.awaitLine("right");
        assertEquals(0, living.count("wrong"));
    }

    @Test
    void aJobIsStartedAgainAsOftenAsItMayBeAndItsFailuresAreHeardEachTime() throws Exception {
        Living living = live(
                job("main", "echo main >>$LINES; sleep 0.3; exit 3", "restarts: 2"),
                job("crashed", "echo crashed >>$LINES", "when: {source: 'main', each: 'exitFailed'}"),
                job("only", "echo only >>$LINES", "when: {source: 'main', once: 'exitFailed'}"),
                job("gone", "echo gone >>$LINES", "when: {source: 'main', once: 'stopped'}"));

        living.awaitLines("crashed", 3);
        living.awaitLine("gone");
        assertEquals(3, living.count("main"), living::log);
        assertEquals(1, living.count("only"), living::log);
    }

    @Test
    void aPeriodicJobRunsAtOnceAndThenEachInterval() throws Exception {
        Living living = live(job("tick", "echo tick >>$LINES", "when: {interval: '300ms'}"));

        living.awaitLines("tick", 4);
    }

    @Test
    void aPeriodicRunThatHangsIsKilledAndTheNextOneComes() throws Exception {
        Living living = live(job("tick", "echo tick >>$LINES; sleep 300", "when: {interval: '400ms'}, timeout: '200ms'"));

        living.awaitLines("tick", 3);
    }

    @Test
    void aTimeOutKillsTheWholeGroupAndCountsAsAFailure() throws Exception {
        Living living = live(
                job("slow", "trap '' TERM; sleep 300 & echo pid $! >>$LINES; wait", "timeout: '700ms'"),
                job("heard", "echo heard >>$LINES", "when: {source: 'slow', once: 'exitFailed'}"),
                MAIN + "}");

        living.awaitLine("heard");
        long child = Long.parseLong(living.lines().stream()
                .filter(line -> line.startsWith("pid "))
                .findFirst()
                .orElseThrow()
                .substring(4));
        living.await(() -> !isRunning(child), "the end of the child " + child);
    }

    @Test
    void healthIsCheckedFromTheFirstStartOnAndItsResultsAreEvents() throws Exception {
        Living living = live(
                job("first", "sleep 1.2; echo first >>$LINES", ""),
                MAIN + ", when: {source: 'first', once: 'exitSuccess'},"
                        + "health: {exec: ['sh', '-c', 'echo check >>$LINES; test -e ok'], interval: 1, ttl: 5}}",
                job("ill", "echo ill >>$LINES; touch ok", "when: {source: 'main', once: 'unhealthy'}"),
                job("well", "echo well >>$LINES", "when: {source: 'main', each: 'healthy'}"));

        living.awaitLines("well", 2);
        living.assertOrder("first", "main", "check", "ill", "well");
    }

    @Test
    void aHealthCheckThatHangsIsKilledAndCountsAsFailed() throws Exception {
        Living living = live(
                MAIN + ", health: {exec: 'sleep 300', interval: 1, ttl: 5, timeout: '300ms'}}",
                job("ill", "echo ill >>$LINES", "when: {source: 'main', each: 'unhealthy'}"));

        living.awaitLines("ill", 2);
    }

    @Test
    void onSigtermPreStopRunsBeforeTheMainJobHearsOfIt() throws Exception {
        Living living = live(
                MAIN + ", restarts: 'unlimited'}",
                // For longer than stopTimeout, which must not begin before preStop is over.
                job("preStop", "echo begin >>$LINES; sleep 2.5; echo end >>$LINES",
                        "when: {source: 'main', once: 'stopping'}, timeout: '10s'"));
        living.awaitLine("main");

        living.terminate();

        assertEquals(0, living.awaitExit(), living::log);
        living.assertOrder("main", "begin", "end", "main-term");
        assertEquals(1, living.count("main"));
    }

    @Test
    void aMainJobThatPreStopHasEndedIsNotStartedAgain() throws Exception {
        Living living = live(
                job("main", "echo main >>$LINES; echo $$ >pid; exec sleep 300", "restarts: 'unlimited'"),
                job("crashed", "echo crashed >>$LINES", "when: {source: 'main', each: 'exitFailed'}"),
                job("preStop", "kill $(cat pid); sleep 0.5; echo end >>$LINES", "when: {source: 'main', once: 'stopping'}"));
        living.awaitLine("main");

        living.terminate();

        assertEquals(0, living.awaitExit(), living::log);
        assertEquals(List.of("main", "end"), living.lines());
    }

    @Test
    void aPreStopThatHangsIsKilledAtItsTimeOut() throws Exception {
        Living living = live(
                MAIN + "}",
                job("preStop", "echo begin >>$LINES; sleep 300", "when: {source: 'main', once: 'stopping'}, timeout: '500ms'"));
        living.awaitLine("main");

        living.terminate();

        assertEquals(0, living.awaitExit(), living::log);
        living.assertOrder("main", "begin", "main-term");
    }

    @Test
    void whatIgnoresSigtermIsKilledAfterTheStopTimeout() throws Exception {
        Living living = live(job("main", "trap '' TERM; echo main >>$LINES; while :; do sleep 0.2; done", ""));
        living.awaitLine("main");
        long before = System.nanoTime();

        living.terminate();

        assertEquals(0, living.awaitExit(), living::log);
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        assertTrue(took.compareTo(Duration.ofMillis(900)) > 0 && took.compareTo(Duration.ofSeconds(4)) < 0, took::toString);
    }

    @Test
    void aRunningEventJobHearsTheStopAtOnceAndDoesNotDelayIt() throws Exception {
        Living living = live(
                job("first", "true", ""),
                job("long", "trap 'echo long-term >>$LINES; exit 1' TERM; echo long >>$LINES; sleep 300 & wait",
                        "when: {source: 'first', each: 'exitSuccess'}"));
        living.awaitLine("long");

        living.terminate();

        assertEquals(0, living.awaitExit(), living::log);
        living.assertOrder("long", "long-term");
    }

    @Test
    void aKeyThatIsNotKnownIsRefusedByNameAndNothingStarts() throws Exception {
        Living living = live("{name: 'main', exec: ['sh', '-c', 'echo main >>$LINES'], restart: 'unlimited'}");

        assertNotEquals(0, living.awaitExit());
        assertEquals(List.of(), living.lines());
        assertTrue(living.log().contains("restart"), living::log);
    }

    @Test
    void jobsKnowTheSupervisorsPid() throws Exception {
        Living living = live(job("main", "kill -0 $CONTAINERPILOT_PID && echo known >>$LINES; sleep 300", ""));

        living.awaitLine("known");
    }

    @Test
    void valuesOfTheEnvironmentArriveUnchanged() throws Exception {
        String value = "a=b=c #d 'e' $f";
        Living living = start(
                "{" + NO_CONSUL + "jobs: [{name: 'value', exec: ['sh', '-c', 'echo \"$1\" >>$LINES', 'sh', \"{{ env `VALUE` }}\"]},"
                        + "{{ if eq (env `OTHER` | default `no`) `yes` }} nonsense {{- else }}" + MAIN + "}{{ end }}]}",
                Map.of("VALUE", value));

        living.awaitLine(value);
        living.awaitLine("main");
    }

    @Test
    void itEndsWhenNoJobHasAnythingMoreToDo() throws Exception {
        Living living = live(job("one", "echo one >>$LINES", ""));

        assertEquals(0, living.awaitExit(), living::log);
        assertEquals(List.of("one"), living.lines());
    }

    /** A life without Consul over these jobs. */
    final Living live(String... jobs) throws IOException {
        return start("{" + NO_CONSUL + "jobs: [" + String.join(",\n", jobs) + "]}", Map.of());
    }

    final Living start(String description, Map<String, String> environment) throws IOException {
        Living living = Living.start(supervisor(), directory, description, environment);
        alive.add(living);
        return living;
    }

    /** One job over a script of a line, in which no double quote and no backslash may be. */
    static String job(String name, String script, String more) {
        assertFalse(script.contains("\"") || script.contains("\\"), script);
        return "{name: '" + name + "', exec: ['sh', '-c', \"" + script + "\"]" + (more.isEmpty() ? "" : ", " + more) + "}";
    }

    static String main(String more) {
        return MAIN + (more.isEmpty() ? "" : ", " + more) + "}";
    }

    static boolean isRunning(long pid) {
        // A child of nobody stays as a zombie where no init reaps it.
        try {
            String stat = java.nio.file.Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException e) {
            return false;
        }
    }
}
