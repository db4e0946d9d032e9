package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.e2e.Command.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** An operator's commands on a cluster of the shipped image, in order; each test leaves three healthy nodes behind. */
@Tag("side-by-side")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OperatorE2E {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(120);
    private static final JsonMapper JSON = new JsonMapper();

    private TestCluster cluster;
    private Ledger ledger;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException, SQLException {
        cluster = new TestCluster("autopilot-operator", Images.latest(), directory, Map.of());
        ledger = new Ledger(cluster);
        cluster.up(3);
        cluster.awaitPrimary(LATER);
        ledger.create();
        cluster.awaitReplicas(2, LATER);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void inAPauseAKilledMysqldRestartsInPlace() {
        String primary = ledger.write();
        String other = cluster.replicas().getFirst();
        says(other, "paused on " + other, "pause", "--reason", "a test");
        says(primary, "already paused on " + other, "pause");
        assertTrue(cluster.manage(primary, "status").out().contains("failover  paused on " + other));
        cluster.docker("exec", primary, "pkill", "-KILL", "-x", "mysqld");
        cluster.await("a restart in place", SOON, () -> Optional.of(history(other)).filter(h -> h.path(0).path("kind").asText().equals("restarted")));
        assertEquals(primary, ledger.write());
        says(other, "resumed", "resume");
        says(other, "not paused", "resume");
        cluster.awaitReplicas(2, SOON);
        ledger.isWholeOnEveryNode();
    }

    @Test
    @Order(2)
    void inAPauseALostPrimaryIsReplacedOnAnOperatorsWordOnly() {
        String old = ledger.write();
        String other = cluster.replicas().getFirst();
        says(other, "paused on " + other, "pause");
        assertEquals(69, cluster.manage(other, "failover").status());
        cluster.docker("kill", old);
        cluster.await("a take-over that is held back", LATER, () -> cluster.log(other).contains(old + " lost the lease; paused on")
                ? Optional.of(true)
                : Optional.empty());
        assertEquals(List.of(), cluster.running().stream().filter(cluster::isWritable).toList());
        says(other, "is to be replaced", "failover");
        ledger.writeElsewhere(old, SOON);
        says(other, "resumed", "resume");
        cluster.docker("start", old);
        cluster.awaitReplica(old, LATER);
        cluster.awaitReplicas(2, LATER);
        ledger.isWholeOnEveryNode();
    }

    @Test
    @Order(3)
    void aNodeInMaintenanceReplicatesAndIsNotListed() {
        String primary = ledger.write();
        String node = cluster.replicas().getFirst();
        says(primary, node + " is in maintenance", "pause", "--node", node, "--reason", "new disk");
        cluster.await("one replica less", SOON, () -> cluster.replicas().contains(node) ? Optional.empty() : Optional.of(true));
        ledger.write();
        ledger.isWholeOnEveryNode();
        assertTrue(cluster.manage(primary, "status").out().contains("in maintenance, by " + primary));
        assertEquals(69, cluster.manage(node, "pause", "--node", primary).status());
        says(primary, node + " is back in service", "resume", "--node", node);
        cluster.awaitReplicas(2, SOON);
    }

    @Test
    @Order(4)
    void theHistoryIsTheSameInConsulAndInEveryServer() {
        JsonNode history = history(cluster.replicas().getFirst());
        assertEquals("founded", history.path(history.size() - 1).path("kind").asText());
        assertTrue(history.path(0).path("writeGapMs").isNumber(), history.toPrettyString());
        for (String node : cluster.running()) {
            List<String> rows = cluster.bySocket(node, "SELECT CONCAT_WS(' ', term, kind, node) FROM autopilot.journal ORDER BY term DESC")
                    .orElseThrow()
                    .lines()
                    .toList();
            for (int i = 0; i < history.size(); i++) {
                JsonNode term = history.path(i);
                assertEquals(
                        term.path("term").asText() + " " + term.path("kind").asText() + " " + term.path("primary").asText(),
                        rows.get(i),
                        node);
            }
        }
    }

    @Test
    @Order(5)
    void aPlannedStopIsASwitchoverWithItsGap() {
        String old = ledger.write();
        cluster.docker("stop", "-t", "60", old);
        ledger.writeElsewhere(old, SOON);
        JsonNode newest = history(cluster.awaitPrimary(SOON)).path(0);
        assertEquals("switchover", newest.path("kind").asText(), newest.toPrettyString());
        assertEquals(old, newest.path("before").asText());
        assertTrue(newest.path("writeGapMeasured").asBoolean(), newest.toPrettyString());
        cluster.docker("start", old);
        cluster.awaitReplica(old, LATER);
        cluster.awaitReplicas(2, LATER);
        ledger.isWholeOnEveryNode();
    }

    @Test
    @Order(6)
    void whenConsulLosesItsDataNobodyWritesUntilANodeIsAdopted() {
        String last = ledger.write();
        ledger.isWholeOnEveryNode();
        String uuid = cluster.keys("mysql/initialized").get("mysql/initialized");
        long term = history(last).path(0).path("term").asLong();
        cluster.loseConsulsData();
        cluster.awaitInside("end of all writes", SOON, () -> cluster.running().stream().anyMatch(cluster::isWritable)
                ? Optional.empty()
                : Optional.of(true));
        cluster.await("all nodes to be registered again", SOON, () -> cluster.passing("mysql-node").size() == 3 ? Optional.of(true) : Optional.empty());
        cluster.await("the cluster's uuid", SOON, () -> Optional.ofNullable(cluster.keys("mysql/initialized").get("mysql/initialized")));
        Result dry = cluster.manage(last, "adopt", "--dry-run");
        assertEquals(0, dry.status(), dry.toString());
        assertTrue(dry.out().contains(last + " would become the primary, term " + (term + 1)), dry.toString());
        assertEquals(Optional.empty(), cluster.primary());
        says(last, last + " is the primary, term " + (term + 1), "adopt");
        assertEquals(last, ledger.write());
        cluster.awaitReplicas(2, SOON);
        ledger.isWholeOnEveryNode();
        assertEquals(uuid, cluster.keys("mysql/initialized").get("mysql/initialized"));
        assertEquals("adopted", history(last).path(0).path("kind").asText());
        assertEquals(69, cluster.manage(last, "adopt").status());
    }

    @Test
    @Order(7)
    void anAdoptedClusterFailsOverAsEver() {
        String old = ledger.write();
        cluster.docker("exec", old, "pkill", "-KILL", "-x", "mysqld");
        ledger.writeElsewhere(old, SOON);
        cluster.awaitReplica(old, LATER);
        cluster.awaitReplicas(2, LATER);
        ledger.isWholeOnEveryNode();
    }

    private void says(String node, String words, String... command) {
        Result result = cluster.manage(node, command);
        assertEquals(0, result.status(), result.toString());
        assertTrue(result.out().contains(words), result.toString());
        assertFalse(result.out().contains("Exception"), result.toString());
    }

    private JsonNode history(String node) {
        Result result = cluster.manage(node, "history", "--output", "json");
        assertEquals(0, result.status(), result.toString());
        try {
            return JSON.readTree(result.out());
        } catch (IOException e) {
            throw new AssertionError(result.toString(), e);
        }
    }
}
