package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Two clusters on one Consul, one network and one snapshot volume; the name of the one is the beginning of the other's. In order. */
@Tag("side-by-side")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TwoClustersE2E {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(120);

    private TestCluster first;
    private TestCluster second;
    private Ledger firstLedger;
    private Ledger secondLedger;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        first = new TestCluster("autopilot-one", Images.latest(), directory, Map.of());
        second = first.neighbour("autopilot-two", directory, Map.of("SERVICE_NAME", "mysql-two"));
        firstLedger = new Ledger(first);
        secondLedger = new Ledger(second);
    }

    @AfterAll
    void stop() {
        try {
            second.close();
        } finally {
            first.close();
        }
    }

    @Test
    @Order(1)
    void theSecondIsFoundedThoughTheFirstHasASnapshot() throws SQLException {
        first.up(1);
        first.awaitPrimary(LATER);
        firstLedger.create();
        firstLedger.write();
        first.await("a snapshot", SOON, first::lastSnapshot);
        Map<String, String> before = lastingKeys("mysql");

        second.up(1);
        String founder = second.awaitPrimary(LATER);
        assertEquals(List.of(), second.read(founder, "SHOW TABLES"));
        secondLedger.create();
        secondLedger.write();
        second.await("a snapshot", SOON, second::lastSnapshot);

        assertEquals(before, lastingKeys("mysql"));
        assertNotEquals(before.get("mysql/initialized"), lastingKeys("mysql-two").get("mysql-two/initialized"));
    }

    /** What a cluster at rest doesn't change. */
    private Map<String, String> lastingKeys(String service) {
        Map<String, String> keys = first.keys(service + "/history/");
        for (String key : List.of(service + "/initialized", service + "-last-backup")) {
            keys.put(key, first.keys(key).get(key));
        }
        return keys;
    }

    @Test
    @Order(2)
    void aNewNodeIsRestoredFromTheSnapshotOfItsOwnCluster() {
        secondLedger.write();
        String newest = first.lastSnapshot().orElseThrow();
        String other = second.lastSnapshot().orElseThrow();
        first.up(2);
        second.up(2);
        first.awaitReplicas(1, LATER);
        second.awaitReplicas(1, LATER);
        firstLedger.isWholeOnEveryNode();
        secondLedger.isWholeOnEveryNode();
        assertTrue(first.log(first.replicas().getFirst()).contains("event=restored snapshot=" + newest));
        assertTrue(second.log(second.replicas().getFirst()).contains("event=restored snapshot=" + other));
    }

    @Test
    @Order(3)
    void eachShowsItsOwnNodesOnly() {
        assertEquals(new TreeSet<>(first.running()), nodesInStatusOf(first));
        assertEquals(new TreeSet<>(second.running()), nodesInStatusOf(second));
    }

    private static Set<String> nodesInStatusOf(TestCluster cluster) {
        JsonNode status = cluster.status(cluster.running().getFirst()).orElseThrow();
        Set<String> names = new TreeSet<>();
        status.path("nodes").forEach(node -> names.add(node.path("name").asText()));
        return names;
    }

    @Test
    @Order(4)
    void aFailoverOfTheOneLeavesTheOtherAlone() {
        String untouched = secondLedger.write();
        List<String> history = second.history();
        String old = firstLedger.write();
        first.docker("exec", old, "pkill", "-KILL", "-x", "mysqld");
        firstLedger.writeElsewhere(old, SOON);
        first.awaitReplica(old, LATER);
        firstLedger.isWholeOnEveryNode();

        assertEquals(history, second.history());
        assertEquals(untouched, secondLedger.write());
        secondLedger.isWholeOnEveryNode();
        assertEquals(2, first.history().size());
    }
}
