package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.core.ClusterStatus.NodeStatus;
import io.autopilot.mysql.core.ClusterStatus.Role;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.Restraint;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.core.StoppedElection;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.core.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StatusOutputTest {
    private static final StoredArchive ARCHIVE = new StoredArchive(
            "db0-1234.binlog.000002", List.of(new StoredArchive.Part(12, "ab12".repeat(16))), 5000, StoredArchive.Compression.ZSTD, Optional.empty());

    private static final ClusterStatus WITHOUT_CONSUL = new ClusterStatus(
            "mysql",
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Restraint.NONE,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            List.of(),
            List.of(new NodeStatus(
                    "db1",
                    new Address("10.0.0.1", 3306),
                    Role.UNASSIGNED,
                    true,
                    Optional.of("9.7.4"),
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    "")),
            Optional.of(new Reason("Consul can't be reached")));

    @Test
    void troubleStandsInTheTableInPlaceOfWhatIsNotKnown() {
        String text = StatusTable.text(WITHOUT_CONSUL, Instant.EPOCH);
        assertTrue(text.startsWith("cluster   mysql\ntrouble   Consul can't be reached\n\nNODE"), text);
        assertTrue(text.lines().anyMatch(line -> line.matches("db1 +10\\.0\\.0\\.1:3306 +unassigned +run +no .*")), text);
    }

    @Test
    void aPauseAndMaintenanceAreToldToPeopleAndToPrograms() throws JsonProcessingException {
        Restraint paused = new Restraint(Optional.of(new Reason("paused on db1")), Optional.empty(), Optional.empty());
        NodeStatus resting = WITHOUT_CONSUL.nodes().getFirst().maintained(Optional.of(new Reason("in maintenance, by db1")));
        ClusterStatus status = new ClusterStatus(
                "mysql", Optional.of("c1"), Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), paused,
                Optional.empty(), Optional.empty(), List.of(), List.of(), List.of(resting), Optional.empty());
        String text = StatusTable.text(status, Instant.EPOCH);
        assertTrue(text.contains("\nfailover  paused on db1\n"), text);
        assertTrue(text.lines().anyMatch(line -> line.startsWith("db1") && line.endsWith("in maintenance, by db1")), text);
        JsonNode json = new JsonMapper().readTree(StatusJson.text(status));
        assertEquals("paused on db1", json.path("paused").asText());
        assertEquals("paused on db1", json.path("failoverHeldBack").asText());
        assertEquals("in maintenance, by db1", json.path("nodes").path(0).path("maintenance").asText());
    }

    @Test
    void theLastChangeIsToldWithItsGapAndItsCause() throws JsonProcessingException {
        TermRecord change = new TermRecord(
                2, "db1", "s1", Set.of(), "db0 lost the lease", GtidSet.EMPTY, Instant.EPOCH, Optional.of(TermRecord.Kind.FAILOVER),
                Optional.of("db0"), Optional.of(Instant.EPOCH), Optional.empty(), Optional.of(Instant.ofEpochMilli(2500)), Optional.empty(),
                List.of(new Verdict("db0", Verdict.Standing.OUT, new Reason("its hooks are silent"))));
        StoppedElection stopped = new StoppedElection(
                3, "db1", Instant.EPOCH, new Reason("no node has everything"), List.of(
                        new Verdict("db1", Verdict.Standing.BEHIND, new Reason("lacks one"))));
        ClusterStatus status = new ClusterStatus(
                "mysql", Optional.of("c1"), Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Restraint.NONE,
                Optional.of(change), Optional.of(stopped), List.of(), List.of(), List.of(), Optional.empty());
        String text = StatusTable.text(status, Instant.EPOCH);
        assertTrue(text.contains("\nchange    failover from db0, no writes for at most 2500 ms: db0 lost the lease\n"
                + "          db0 out: its hooks are silent\n"
                + "election  nobody is promoted, since 1970-01-01T00:00:00Z (db1, for term 3): no node has everything\n"
                + "          db1 behind: lacks one\n"), text);
        JsonNode whole = new JsonMapper().readTree(StatusJson.text(status));
        assertEquals("no node has everything", whole.path("electionStopped").path("reason").asText());
        assertEquals("behind", whole.path("electionStopped").path("election").path(0).path("standing").asText());
        JsonNode json = whole.path("lastChange");
        assertEquals("db0", json.path("election").path(0).path("node").asText());
        assertEquals("failover", json.path("kind").asText());
        assertEquals("db0 lost the lease", json.path("why").asText());
    }

    @Test
    void evidenceIsListedWithWhatItMeansToClients() throws JsonProcessingException {
        String uuid = "00000000-0000-0000-0000-00000000000a";
        Evidence kept = new Evidence(
                "db0-1234",
                "db0",
                uuid,
                "c1",
                "9.7.4",
                4,
                "db1 lacks them",
                Evidence.Fate.of(GtidSet.parse(uuid + ":7-9"), Set.of(uuid), Durability.Mode.ASYNC),
                "/snapshots/mysql/evidence",
                List.of(new Evidence.File("binlog.000002", 5000, "cd34".repeat(16), ARCHIVE)),
                Instant.EPOCH);
        ClusterStatus status = new ClusterStatus(
                "mysql",
                Optional.of("c1"),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Restraint.NONE,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(kept),
                List.of(),
                Optional.empty());
        String text = StatusTable.text(status, Instant.EPOCH);
        assertTrue(text.contains("evidence  db0-1234 in /snapshots/mysql/evidence, of 1970-01-01T00:00:00Z, term 4\n"), text);
        assertTrue(text.contains("lost, though clients may have been told they are safe: " + uuid + ":7-9"), text);
        assertFalse(text.contains("written past"), text);
        JsonNode json = new JsonMapper().readTree(StatusJson.text(status)).path("evidence").path(0);
        assertEquals(uuid + ":7-9", json.path("lost").asText());
        assertEquals("binlog.000002", json.path("files").path(0).asText());
    }

    @Test
    void troubleIsAFieldForPrograms() throws JsonProcessingException {
        JsonNode json = new JsonMapper().readTree(StatusJson.text(WITHOUT_CONSUL));
        assertEquals("Consul can't be reached", json.path("trouble").asText());
        assertTrue(json.path("primary").isNull());
        assertEquals("db1", json.path("nodes").path(0).path("name").asText());
    }
}
