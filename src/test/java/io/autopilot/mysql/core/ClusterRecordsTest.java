package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterRecordsTest {
    private static final PrimaryRecord PRIMARY = new PrimaryRecord(
            "db1",
            new Address("10.0.0.11", 3306),
            4,
            "server-1",
            PrimaryRecord.State.ESTABLISHED,
            Instant.parse("2026-01-02T03:04:05Z"),
            Optional.of(GtidSet.parse("00000000-0000-0000-0000-000000000001:1-9")))
            .asReleased(new Reason("mysqld died"));

    @Test
    void anElectionThatPromotedNobody() {
        StoppedElection stopped = new StoppedElection(
                6,
                "db2",
                Instant.parse("2026-01-02T03:04:05Z"),
                new Reason("no quorum"),
                List.of(new Verdict("db3", Verdict.Standing.BEHIND, new Reason("lacks one"))));
        assertEquals(stopped, ClusterRecords.readStoppedElection("k", ClusterRecords.write(stopped)));
        assertTrue(stopped.saysTheSameAs(new StoppedElection(6, "db2", Instant.EPOCH, stopped.reason(), stopped.verdicts())));
        assertFalse(stopped.saysTheSameAs(new StoppedElection(7, "db2", stopped.at(), stopped.reason(), stopped.verdicts())));
    }

    @Test
    void anOperatorsWordComesBackAsItWas() {
        Bootstrap bootstrap = new Bootstrap("c1", "latest");
        assertEquals(bootstrap, ClusterRecords.readBootstrap("k", ClusterRecords.write(bootstrap)));
    }

    @Test
    void thePrimaryKeyHasTheFieldsOfTheDesign() {
        assertEquals(
                "{\"node\":\"db1\",\"address\":\"10.0.0.11\",\"port\":3306,\"term\":4,\"uuid\":\"server-1\","
                        + "\"state\":\"established\",\"released\":\"mysqld died\",\"since\":\"2026-01-02T03:04:05Z\","
                        + "\"executed\":\"00000000-0000-0000-0000-000000000001:1-9\"}",
                ClusterRecords.write(PRIMARY));
    }

    @Test
    void readsBackWhatItWrote() {
        assertEquals(PRIMARY, ClusterRecords.readPrimary("mysql-primary", ClusterRecords.write(PRIMARY)));
        Durability changing = new Durability(
                Durability.Mode.LOSSLESS,
                new Durability.Entry(4, "p", Set.of("a", "b"), 1),
                Optional.of(new Durability.Entry(4, "p", Set.of("a"), 1)),
                Set.of("b"),
                Optional.of(new Durability.Intent(5, "db2", "session")),
                Optional.of(new Durability.HandOver(4, "db1", "db2",
                        Optional.of(GtidSet.parse("00000000-0000-0000-0000-00000000000a:1-9")))));
        assertEquals(changing, ClusterRecords.readDurability("k", ClusterRecords.write(changing)));
        Durability settled = new Durability(
                Durability.Mode.ASYNC,
                new Durability.Entry(1, "p", Set.of(), 0),
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                Optional.empty());
        assertEquals(settled, ClusterRecords.readDurability("k", ClusterRecords.write(settled)));
    }

    @Test
    void aTermSaysWhatIsKnownToBeLost() {
        TermRecord term = new TermRecord(
                5,
                "db2",
                "server-2",
                Set.of("a"),
                "db1 lost the lease",
                GtidSet.parse("00000000-0000-0000-0000-00000000000a:8-9"),
                Instant.parse("2026-01-02T03:04:05Z"),
                Optional.of(TermRecord.Kind.FAILOVER),
                Optional.of("db1"),
                Optional.of(Instant.parse("2026-01-02T03:04:01Z")),
                Optional.of(GtidSet.parse("00000000-0000-0000-0000-00000000000a:1-7")),
                Optional.of(Instant.parse("2026-01-02T03:04:06Z")),
                Optional.of(Duration.ofMillis(120)),
                List.of(
                        new Verdict("db2", Verdict.Standing.FIT, new Reason("has all that the others have")),
                        new Verdict("db3", Verdict.Standing.OUT, new Reason("its hooks are silent"))));
        String json = ClusterRecords.write(term);
        assertTrue(json.contains("\"lost\":\"00000000-0000-0000-0000-00000000000a:8-9\""), json);
        assertEquals(term, ClusterRecords.readTerm("k", json));
    }

    @Test
    void aTermOfAnOlderVersionIsReadWithoutWhatItLacks() {
        TermRecord term = ClusterRecords.readTerm(
                "k", "{\"term\":2,\"node\":\"db1\",\"uuid\":\"s\",\"ancestors\":[],\"why\":\"w\",\"lost\":\"\",\"at\":\"2026-01-02T03:04:05Z\"}");
        assertEquals(Optional.empty(), term.kind());
        assertEquals(Optional.empty(), term.writeGap());
    }

    @Test
    void aKindOfALaterVersionDoesNotMakeTheHistoryUnreadable() {
        TermRecord term = ClusterRecords.readTerm(
                "k", "{\"term\":2,\"node\":\"db1\",\"uuid\":\"s\",\"why\":\"w\",\"at\":\"2026-01-02T03:04:05Z\",\"kind\":\"teleported\"}");
        assertEquals(Optional.empty(), term.kind());
    }

    @Test
    void whatOperatorsSaidComesBackAsItWas() {
        Instant at = Instant.parse("2026-01-02T03:04:05Z");
        ClusterConfig config = new ClusterConfig(
                Optional.of(new ClusterConfig.Pause("db1", "moving house", at, Optional.of(at.plusSeconds(60)))),
                Map.of("db2", new ClusterConfig.Maintenance("db1", "", at)),
                7,
                Optional.of(new ClusterConfig.Order(8, "db1", at, true)));
        assertEquals(config, ClusterRecords.readConfig("k", ClusterRecords.write(config)));
        assertEquals(ClusterConfig.EMPTY, ClusterRecords.readConfig("k", ClusterRecords.write(ClusterConfig.EMPTY)));
        assertEquals(ClusterConfig.EMPTY, ClusterRecords.readConfig("k", "{}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "not json", "{\"pause\":{\"by\":\"db1\"}}", "{\"maintenance\":{\"db1\":7}}"})
    void aDamagedConfigIsNeverTakenForNone(String value) {
        assertThrows(IllegalArgumentException.class, () -> ClusterRecords.readConfig("mysql/config", value));
    }

    @Test
    void ignoresFieldsOfALaterVersion() {
        String later = ClusterRecords.write(PRIMARY).replace("{\"node\"", "{\"colour\":\"blue\",\"node\"");
        assertEquals(PRIMARY, ClusterRecords.readPrimary("mysql-primary", later));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "not json", "{}", "{\"node\":\"db1\"}", "{\"node\":7}"})
    void refusesADamagedValueAndNamesTheKey(String value) {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class, () -> ClusterRecords.readPrimary("mysql-primary", value));
        assertTrue(refused.getMessage().contains("mysql-primary"), refused::getMessage);
    }

    @Test
    void refusesAnUnknownMode() {
        String value = "{\"mode\":\"hopeful\",\"proven\":{\"term\":1,\"uuid\":\"p\",\"ack-set\":[],\"acks\":0}}";
        assertThrows(IllegalArgumentException.class, () -> ClusterRecords.readDurability("k", value));
    }
}
