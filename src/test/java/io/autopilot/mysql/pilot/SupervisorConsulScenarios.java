package io.autopilot.mysql.pilot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What both supervisors do alike with a real Consul. */
abstract class SupervisorConsulScenarios {
    static final RealConsul CONSUL = new RealConsul();

    @TempDir
    Path directory;

    private final List<Living> alive = new ArrayList<>();

    abstract List<String> supervisor();

    @BeforeAll
    static void start() {
        CONSUL.start();
    }

    @AfterAll
    static void stop() {
        CONSUL.close();
    }

    @AfterEach
    void nothingIsLeftRunning() throws InterruptedException {
        for (Living living : alive) {
            living.close();
        }
    }

    @Test
    void everyChangeOfAWatchedServiceIsAnEvent() throws Exception {
        Living living = live(
                "watches: [{name: 'db', interval: 1}],",
                SupervisorScenarios.main(""),
                SupervisorScenarios.job("changed", "echo changed >>$LINES", "when: {source: 'watch.db', each: 'changed'}"),
                SupervisorScenarios.job("there", "echo there >>$LINES", "when: {source: 'watch.db', each: 'healthy'}"),
                SupervisorScenarios.job("away", "echo away >>$LINES", "when: {source: 'watch.db', each: 'unhealthy'}"));
        living.awaitLine("main");
        assertEquals(0, living.count("changed"), "a service that is absent from the start is no change");

        CONSUL.register("db", "db-1", 1);
        living.awaitLines("changed", 1);
        CONSUL.register("db", "db-2", 2);
        living.awaitLines("changed", 2);
        CONSUL.deregister("db-1");
        living.awaitLines("changed", 3);
        CONSUL.deregister("db-2");
        living.awaitLines("changed", 4);
        living.awaitLine("away");
        assertEquals(3, living.count("there"), living::log);
        assertEquals(1, living.count("away"), living::log);
    }

    @Test
    void aServiceIsRegisteredAtItsFirstPassedCheckAndGoneAfterTheStop() throws Exception {
        Living living = live(
                "",
                "{name: 'web', port: 8080, interfaces: 'static:10.1.2.3', tags: ['t'], health: "
                        + "{exec: ['sh', '-c', 'test -e ok && echo passed >>$LINES'], interval: 1, ttl: 10},"
                        + "exec: ['sh', '-c', 'echo web >>$LINES; exec sleep 300']}");
        living.awaitLine("web");
        assertEquals("[]", CONSUL.passing("web").strip());

        Files.createFile(directory.resolve("ok"));

        living.await(() -> CONSUL.passing("web").contains("\"web-" + hostname() + "\""), "the service");
        String service = CONSUL.passing("web");
        assertTrue(service.contains("10.1.2.3") && service.contains("8080") && service.contains("\"t\""), service);
        assertTrue(service.contains("\"service:web-" + hostname() + "\""), service);
        living.terminate();
        assertEquals(0, living.awaitExit(), living::log);
        assertEquals("[]", CONSUL.passing("web").strip());
    }

    @Test
    void anAdvertiseOnlyJobIsGoneAsSoonAsTheStopBeginsWhilePreStopRuns() throws Exception {
        Living living = live(
                "",
                "{name: 'proxy', port: 81, interfaces: 'static:10.1.2.3', initial_status: 'passing', health: {interval: 1, ttl: 10}}",
                SupervisorScenarios.main(""),
                SupervisorScenarios.job("preStop", "echo begin >>$LINES; while [ ! -e go ]; do sleep 0.1; done",
                        "when: {source: 'main', once: 'stopping'}"));
        living.awaitLine("main");
        living.await(() -> CONSUL.passing("proxy").contains("10.1.2.3"), "the service");

        living.terminate();
        living.awaitLine("begin");
        living.await(() -> CONSUL.passing("proxy").strip().equals("[]"), "its end");

        assertEquals(0, living.count("main-term"));
        Files.createFile(directory.resolve("go"));
        assertEquals(0, living.awaitExit(), living::log);
    }

    final Living live(String more, String... jobs) throws IOException {
        String description = "{consul: '" + CONSUL.address() + "', stopTimeout: 1, logging: {level: 'DEBUG'}, " + more + "jobs: ["
                + String.join(",\n", jobs) + "]}";
        Living living = Living.start(supervisor(), directory, description, Map.of());
        alive.add(living);
        return living;
    }

    static String hostname() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
