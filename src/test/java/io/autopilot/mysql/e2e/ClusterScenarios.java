package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.autopilot.mysql.e2e.Command.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * One cluster of a shipped image through what every server must do, in order; each test but the first leaves three healthy nodes behind.
 * Subclasses add scenarios in between.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class ClusterScenarios {
    static final Duration SOON = Duration.ofSeconds(60);
    static final Duration LATER = Duration.ofSeconds(120);

    private final String project;
    private final String image;

    TestCluster cluster;
    Ledger ledger;

    ClusterScenarios(String project, String image) {
        this.project = project;
        this.image = image;
    }

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        cluster = new TestCluster(project, image, directory, Map.of());
        ledger = new Ledger(cluster);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void oneNodeInitialisesItselfAndAcceptsWrites() throws SQLException {
        cluster.up(1);
        cluster.awaitPrimary(LATER);
        ledger.create();
        ledger.write();
        cluster.await("a snapshot", SOON, cluster::lastSnapshot);
    }

    @Test
    @Order(2)
    void twoMoreAreRestoredFromTheSnapshotAndReplicate() {
        ledger.write();
        cluster.up(3);
        cluster.awaitReplicas(2, LATER);
        ledger.isWholeOnEveryNode();
    }

    @Test
    @Order(3)
    void replicasRefuseWrites() {
        for (String replica : cluster.replicas()) {
            SQLException refused = assertThrows(
                    SQLException.class, () -> cluster.write(replica, "INSERT INTO ledger VALUES (-1, 'no')"));
            assertEquals(1290, refused.getErrorCode());
        }
    }

    @Test
    @Order(5)
    void aPlannedStopHandsOverAndTheOtherReplicaFollows() {
        String old = cluster.awaitPrimary(SOON);
        List<String> others = cluster.replicas().stream().sorted().toList();
        ledger.write();
        List<String> before = mysqldsOf(others);
        cluster.docker("stop", "-t", "60", old);
        ledger.writeElsewhere(old, SOON);
        cluster.awaitReplicas(1, SOON);
        assertEquals(before, mysqldsOf(others), "a change of roles restarts no mysqld");
        ledger.isWholeOnEveryNode();
        cluster.docker("start", old);
        comesBackAsReplica(old);
    }

    @Test
    @Order(6)
    void aNodeInThePlaceOfALostOneGetsAlsoWhatThatOneHadWritten() {
        // A primary since the first snapshot and a replica now; the next container gets its address.
        String lost = cluster.history().getFirst();
        assertTrue(cluster.replicas().contains(lost));
        List<String> before = cluster.running();
        cluster.docker("rm", "-f", "-v", lost);
        cluster.up(3);
        String next = cluster.running().stream().filter(node -> !before.contains(node)).findFirst().orElseThrow();
        cluster.awaitReplica(next, LATER);
        ledger.isWholeOnEveryNode();
        cluster.awaitReplicas(2, LATER);
    }

    @Test
    @Order(7)
    void aKilledMysqldIsReplaced() {
        String old = cluster.awaitPrimary(SOON);
        ledger.write();
        cluster.docker("exec", old, "pkill", "-KILL", "-x", "mysqld");
        ledger.writeElsewhere(old, SOON);
        comesBackAsReplica(old);
    }

    @Test
    @Order(11)
    void aSnapshotIsTakenByHandOnAReplica() {
        String before = cluster.lastSnapshot().orElseThrow();
        String replica = cluster.replicas().getFirst();
        cluster.docker("exec", replica, "manage", "snapshot");
        cluster.await("newer snapshot", SOON, () -> cluster.lastSnapshot().filter(id -> !id.equals(before)));
    }

    @Test
    @Order(12)
    void aSnapshotIsProvenOnAReplicaAndItIsSaidWhatWasFound() {
        String id = cluster.lastSnapshot().orElseThrow();
        String replica = cluster.replicas().getFirst();
        Result verified = cluster.manage(replica, "verify");
        assertEquals(0, verified.status(), verified.toString());
        JsonNode drill = cluster.status(cluster.awaitPrimary(SOON)).orElseThrow().path("lastDrill");
        assertEquals(id, drill.path("snapshot").asText());
        assertTrue(drill.path("failure").isNull(), drill.toString());
        assertTrue(drill.path("tables").asInt() > 20, drill.toString());
        assertTrue(cluster.docker("exec", replica, "manage", "snapshots").contains("ok"), "and the list has it");
        assertEquals("", cluster.docker("exec", replica, "sh", "-c", "ls /var/lib/mysql | grep tmp || true"), "nothing is left");
    }

    @Test
    @Order(13)
    void aSnapshotIsRestoredIntoADirectoryOfTheOperatorsOwn() {
        String id = cluster.lastSnapshot().orElseThrow();
        String replica = cluster.replicas().getFirst();
        Result refused = cluster.manage(replica, "restore", "--into", "/var/lib/mysql/data");
        assertEquals(78, refused.status(), refused.toString());
        assertTrue(refused.err().contains("is not empty"), refused.toString());
        cluster.docker("exec", replica, "install", "-d", "-o", "mysql", "/tmp/restored");
        Result dry = cluster.manage(replica, "restore", "--into", "/tmp/restored", "--dry-run");
        assertTrue(dry.out().startsWith("would restore snapshot " + id), dry.toString());
        Result restored = cluster.manage(replica, "restore", "--snapshot", id, "--into", "/tmp/restored");
        assertEquals(0, restored.status(), restored.toString());
        assertEquals("mysql", cluster.docker("exec", replica, "stat", "-c", "%U", "/tmp/restored/ibdata1").strip());
    }

    /** Each start of mysqld by its id. */
    private List<String> mysqldsOf(List<String> nodes) {
        return nodes.stream().map(node -> cluster.docker("exec", node, "cat", "/run/manage/mysqld.start")).toList();
    }

    void comesBackAsReplica(String old) {
        cluster.awaitReplica(old, LATER);
        assertFalse(cluster.isWritable(old), "a primary that comes back accepts writes");
        cluster.awaitReplicas(2, LATER);
        ledger.isWholeOnEveryNode();
    }
}
