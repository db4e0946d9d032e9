package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One cluster of the shipped image through the faults of its life, in order; each test leaves three healthy nodes behind. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterE2E {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(120);

    @TempDir
    private static Path directory;

    private static TestCluster cluster;
    private static int rows;

    @BeforeAll
    static void start() throws IOException {
        cluster = new TestCluster("autopilot-e2e", System.getProperty("image", "mysql-autopilot:9.7"), directory, Map.of());
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void oneNodeInitialisesItselfAndAcceptsWrites() throws SQLException {
        cluster.up(1);
        String primary = cluster.awaitPrimary(LATER);
        cluster.write(primary, "CREATE TABLE ledger (id INT PRIMARY KEY, note VARCHAR(20))");
        write();
        cluster.await("a snapshot", SOON, () -> cluster.status(primary)
                .filter(s -> !s.path("lastSnapshot").isNull()));
    }

    @Test
    @Order(2)
    void twoMoreAreRestoredFromTheSnapshotAndReplicate() throws SQLException {
        write();
        cluster.up(3);
        cluster.awaitReplicas(2, LATER);
        everyNodeHasAllRows();
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
    @Order(4)
    void rootAndTheCommandsWorkInTheContainerWithNothingToType() {
        String primary = cluster.awaitPrimary(SOON);
        assertEquals("1", cluster.docker("exec", primary, "mysql", "-Ne", "SELECT 1").strip());
        assertTrue(cluster.docker("exec", primary, "manage", "status").contains("primary"));
        assertTrue(cluster.docker("exec", primary, "java", "-jar", "/opt/manage/manage.jar", "--version").startsWith("manage "));
    }

    @Test
    @Order(5)
    void aPlannedStopHandsOverAndTheOtherReplicaFollows() throws SQLException {
        String old = cluster.awaitPrimary(SOON);
        write();
        cluster.docker("stop", "-t", "60", old);
        anotherPrimaryThan(old);
        write();
        cluster.awaitReplicas(1, SOON);
        everyNodeHasAllRows();
        cluster.docker("start", old);
        comesBackAsReplica(old);
    }

    @Test
    @Order(6)
    void aKilledMysqldIsReplaced() throws SQLException {
        String old = cluster.awaitPrimary(SOON);
        write();
        cluster.docker("exec", old, "pkill", "-KILL", "-x", "mysqld");
        anotherPrimaryThan(old);
        write();
        comesBackAsReplica(old);
    }

    @Test
    @Order(7)
    void aKilledContainerIsReplaced() throws SQLException {
        String old = cluster.awaitPrimary(SOON);
        write();
        cluster.docker("kill", old);
        anotherPrimaryThan(old);
        write();
        cluster.docker("start", old);
        comesBackAsReplica(old);
    }

    @Test
    @Order(8)
    void aRestartOfConsulCostsNoData() throws SQLException {
        write();
        cluster.restartConsul();
        cluster.awaitPrimary(LATER);
        cluster.awaitReplicas(2, LATER);
        write();
        everyNodeHasAllRows();
    }

    @Test
    @Order(9)
    void theWholeClusterComesBackAfterAPowerCut() throws SQLException {
        List<String> all = cluster.running();
        write();
        all.forEach(node -> cluster.docker("kill", node));
        all.forEach(node -> cluster.docker("start", node));
        cluster.awaitPrimary(LATER);
        cluster.awaitReplicas(2, LATER);
        write();
        everyNodeHasAllRows();
    }

    @Test
    @Order(10)
    void aSnapshotIsTakenByHandOnAnyNode() {
        String replica = cluster.replicas().getFirst();
        cluster.docker("exec", replica, "manage", "snapshot");
        cluster.docker("exec", replica, "java", "-jar", "/opt/manage/manage.jar", "snapshot");
    }

    private static void write() throws SQLException {
        rows++;
        int id = rows;
        String last = cluster.await("acknowledged write", SOON, () -> cluster.primary().flatMap(primary -> tryWrite(primary, id)));
        assertFalse(last.isEmpty());
    }

    private static Optional<String> tryWrite(String primary, int id) {
        try {
            cluster.write(primary, "INSERT IGNORE INTO ledger VALUES (" + id + ", 'row')");
            return Optional.of(primary);
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    private static void anotherPrimaryThan(String old) {
        cluster.await("primary other than " + old, SOON, () -> cluster.primary().filter(p -> !p.equals(old)));
    }

    private static void comesBackAsReplica(String old) throws SQLException {
        cluster.await("replica " + old, LATER, () -> cluster.replicas().contains(old) ? Optional.of(true) : Optional.empty());
        cluster.awaitReplicas(2, LATER);
        everyNodeHasAllRows();
    }

    private static void everyNodeHasAllRows() throws SQLException {
        for (String node : cluster.running()) {
            String expected = Integer.toString(rows);
            cluster.await("all " + rows + " rows on " + node, SOON, () -> countOn(node).filter(expected::equals));
        }
    }

    private static Optional<String> countOn(String node) {
        try {
            return Optional.of(cluster.read(node, "SELECT COUNT(*) FROM ledger").getFirst());
        } catch (SQLException e) {
            return Optional.empty();
        }
    }
}
