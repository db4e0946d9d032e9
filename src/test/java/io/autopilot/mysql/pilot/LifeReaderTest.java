package io.autopilot.mysql.pilot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LifeReaderTest {
    private static final Host HOST = host();

    @Test
    void readsTheProjectsOwnFile() throws Exception {
        Life life = Life.read(Files.readString(Path.of("containerpilot.json5")), Map.of("SERVICE_NAME", "shop"), HOST);

        assertEquals(URI.create("http://consul:8500"), life.consul().address());
        assertEquals(Duration.ofSeconds(5), life.stopTimeout());
        Life.Job mysqld = job(life, "mysqld");
        assertEquals(new Life.When.On(new Event(Event.Kind.EXIT_SUCCESS, "preStart"), false, Optional.empty()), mysqld.when());
        assertEquals(OptionalInt.empty(), mysqld.restarts());
        assertEquals(List.of("manage", "health"), mysqld.health().orElseThrow().exec());
        assertEquals(Optional.empty(), mysqld.service());
        assertTrue(job(life, "primary-changed").waitsFor(Event.Kind.CHANGED, "watch.shop-primary"));
        assertEquals(Optional.of(Duration.ofSeconds(40)), job(life, "preStop").timeout());
        assertTrue(job(life, "preStop").worksAtTheStop());
    }

    @Test
    void aNodeHearsTheBellThatRingsForItAndEveryBellWhenItsNameIsNotKnown() throws Exception {
        String file = Files.readString(Path.of("containerpilot.json5"));
        assertEquals(Optional.of("to-db1"), bell(Life.read(file, Map.of("NODE_NAME", "db1"), HOST)).tag());
        assertEquals(Optional.empty(), bell(Life.read(file, Map.of(), HOST)).tag());
    }

    private static Life.Watch bell(Life life) {
        return life.watches().stream().filter(watch -> watch.service().equals("mysql-handover")).findFirst().orElseThrow();
    }

    @Test
    void readsTheProjectsOwnFileWithAnAgentInTheContainer() throws Exception {
        String file = Files.readString(Path.of("containerpilot.json5"));

        Life life = Life.read(file, Map.of("CONSUL_AGENT", "1", "CONSUL", "https://c.example:8501"), HOST);

        assertEquals(URI.create("http://localhost:8500"), life.consul().address());
        assertEquals("-retry-join=c.example", job(life, "consul-agent").exec().getLast());
    }

    @Test
    void readsEveryKeyOfAJob() throws Exception {
        Life life = read(
                """
                { // comments, bare names, single quotes and trailing commas
                  consul: { address: 'c:8501', scheme: 'https', token: 'T' }, logging: { level: "WARN", output: "stderr" },
                  stopTimeout: 3,
                  jobs: [
                    { name: "web", port: 80, interfaces: ["nope", "eth1:inet"], tags: ["a", "b"], initial_status: "warning",
                      consul: { enableTagOverride: true, deregisterCriticalServiceAfter: "90m" }, restarts: 3,
                      exec: "serve --port  80", timeout: "1m30s",
                      health: { exec: ["check"], interval: 5, ttl: 15, timeout: "500ms", logging: { raw: true } } },
                    { name: "tick", exec: ["t"], when: { interval: "1.5s" } },
                    { name: "once", exec: ["o"], when: { source: "web", once: "healthy", timeout: 7 } },
                  ],
                  watches: [ { name: "db", interval: 2, tag: "x", dc: "d" } ],
                }
                """);

        assertEquals(URI.create("https://c:8501"), life.consul().address());
        assertFalse(life.consul().toString().contains("T"));
        assertEquals(Optional.of("T"), life.consul().token());
        Life.Job web = job(life, "web");
        assertEquals(List.of("serve", "--port", "", "80"), web.exec());
        assertEquals(
                Optional.of(new Life.Service(
                        "web-node1", "web", "10.0.0.7", 80, List.of("a", "b"), Optional.of("warning"), Optional.of("5400s"), true)),
                web.service());
        assertEquals(Optional.of(Duration.ofSeconds(90)), web.timeout());
        assertEquals(OptionalInt.of(3), web.restarts());
        assertEquals(
                Optional.of(new Life.Health(List.of("check"), Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofMillis(500))),
                web.health());
        assertEquals(new Life.When.Every(Duration.ofMillis(1500)), job(life, "tick").when());
        assertEquals(Optional.of(Duration.ofMillis(1500)), job(life, "tick").timeout());
        assertEquals(OptionalInt.empty(), job(life, "tick").restarts());
        assertEquals(
                new Life.When.On(new Event(Event.Kind.HEALTHY, "web"), false, Optional.of(Duration.ofSeconds(7))),
                job(life, "once").when());
        assertEquals(List.of(new Life.Watch("db", Optional.of("x"), Optional.of("d"), Duration.ofSeconds(2))), life.watches());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            textBlock =
                    """
            telemetry: {}                                                   | telemetry is not a key of the subset
            control: {}                                                     | control is not a key of the subset
            stopTimeout: 'soon'                                             | stopTimeout has to be a whole number
            jobs: [{name: 'a', exec: 'x', stopTimeout: '5s'}]               | job[a].stopTimeout is not a key of the subset
            jobs: [{name: 'a', exec: 'x', when: {every: '5s'}}]             | job[a].when.every is not a key of the subset
            jobs: [{name: 'a', exec: 'x', health: {interval: 0, ttl: 1}}]   | job[a].health.interval has to be a whole number from 1
            jobs: [{name: 'a', exec: 'x', health: {interval: 1}}]           | job[a].health.ttl is missing
            jobs: [{name: 'a', exec: 'x', health: {interval: 1, ttl: 2, timeout: '2s'}}] | longer than the interval
            jobs: [{name: 'a', exec: 'x', timeout: '2s', when: {interval: '1s'}}]        | longer than the interval
            jobs: [{name: 'a', exec: 'x', restarts: 'often'}]               | job[a].restarts has to be
            jobs: [{name: 'a', exec: 'x', logging: {raw: false}}]           | job[a].logging.raw can't be false
            jobs: [{name: 'a', exec: 'x', when: {source: 'b', once: 'exitSuccess'}}]     | there is no job or watch 'b'
            jobs: [{name: 'a', exec: 'x', when: {source: 'SIGHUP', each: 'SIGHUP'}}]     | 'SIGHUP' is no event of the subset
            jobs: [{name: 'a', exec: 'x', when: {source: 'a', once: 'changed'}}]         | a never has the event changed
            jobs: [{name: 'a', exec: 'x', when: {once: 'stopped'}}]         | job[a].when needs a source
            jobs: [{name: 'a', exec: 'x', when: {interval: '1s', once: 'stopped'}}]      | exactly one of interval, once and each
            jobs: [{name: 'a', port: 80}]                                   | job[a].health is missing
            jobs: [{name: 'a'}]                                             | job[a].exec is missing
            jobs: [{name: 'a', exec: []}]                                   | job[a].exec names no program
            jobs: [{name: 'A', port: 80, health: {interval: 1, ttl: 2}}]    | job[A].name has to match
            jobs: [{name: 'ab', port: 80, interfaces: 'eth9', health: {interval: 1, ttl: 2}}] | match no address
            jobs: [{name: 'a', exec: 'x'}, {name: 'a', exec: 'x'}]          | two jobs have the name a
            watches: [{name: 'db'}]                                         | watch[db].interval is missing
            watches: [{name: 'Db', interval: 1}]                            | watch[Db].name has to match
            logging: {level: 'LOUD'}                                        | logging.level 'LOUD' is none of
            """)
    void whatIsNotInTheSubsetIsRefusedByName(String keys, String expected) {
        LifeException refused = assertThrows(LifeException.class, () -> read("{consul: 'c:8500', " + keys + "}"));
        assertTrue(refused.problems().stream().anyMatch(problem -> problem.contains(expected)), refused::getMessage);
    }

    @Test
    void aMissingConsulAndABadOneAreRefused() {
        assertTrue(assertThrows(LifeException.class, () -> read("{}")).getMessage().contains("consul is missing"));
        LifeException bad = assertThrows(LifeException.class, () -> read("{consul: 'c:8500:1'}"));
        assertTrue(bad.getMessage().contains("consul 'c:8500:1' is neither"), bad::getMessage);
    }

    @Test
    void everyProblemIsReportedAtOnceWithItsPlace() {
        LifeException refused = assertThrows(
                LifeException.class, () -> read("{\n  consul: 'c:1',\n  telemetrie: {},\n  jobs: [{ name: 'a', exec: 'x', ports: 1 }]\n}"));
        assertEquals(2, refused.problems().size(), refused::getMessage);
        assertTrue(refused.problems().get(0).startsWith("line 4, column 41: job[a].ports"), refused::getMessage);
        assertTrue(refused.problems().get(1).startsWith("line 3, column 15: telemetrie"), refused::getMessage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{} {}", "{consul: 'a:1', consul: 'b:1'}", "{consul: }"})
    void whatIsNoObjectIsRefused(String text) {
        assertThrows(LifeException.class, () -> read(text));
    }

    private static Life read(String text) throws LifeException {
        return Life.read(text, Map.of(), HOST);
    }

    private static Life.Job job(Life life, String name) {
        return life.jobs().stream().filter(job -> job.name().equals(name)).findFirst().orElseThrow();
    }

    private static Host host() {
        InetAddress address = InetAddress.ofLiteral("10.0.0.7");
        return new Host("node1", List.of(new Host.Nic("eth1", address)));
    }
}
