package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.e2e.Command.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Five nodes that start together, and the faults in which a primary lives on: cut off, frozen, without Consul. In order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ManyNodesE2E {
    private static final int NODES = 5;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(120);
    private static final Duration LEASE = Duration.ofSeconds(10);
    /** A look by {@code docker exec} takes its time, on a busy machine too. */
    private static final Duration LOOK = Duration.ofSeconds(2);
    /** Twice the lease until nobody else can write any more, and a health interval less the time that has passed since the last one. */
    private static final Duration LOST_PRIMARY = Duration.ofSeconds(24);

    private TestCluster cluster;
    private Ledger ledger;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        cluster = new TestCluster("autopilot-many", Images.latest(), directory, Map.of("LEASE", LEASE.toSeconds() + "s"));
        ledger = new Ledger(cluster);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void ofFiveNodesThatStartTogetherOneFoundsTheClusterAndTheOthersAreRestoredFromItsFirstSnapshot() throws SQLException {
        cluster.up(NODES);
        String founder = cluster.awaitPrimary(LATER);
        ledger.create();
        ledger.write();
        cluster.awaitReplicas(NODES - 1, LATER);
        ledger.write();
        ledger.isWholeOnEveryNode();
        assertEquals(List.of(founder), cluster.history());
        assertEquals(NODES, cluster.running().size());
        String snapshot = cluster.lastSnapshot().orElseThrow();
        String uuid = cluster.keys("mysql/initialized").get("mysql/initialized");
        for (String node : cluster.running()) {
            String log = cluster.log(node);
            assertEquals(node.equals(founder), log.contains("event=founded cluster=" + uuid), node);
            assertFalse(log.contains("io.autopilot."), "a line that names a class and no hook");
            assertEquals(!node.equals(founder), log.contains("event=restored snapshot=" + snapshot), node);
            assertEquals(Optional.of(uuid), cluster.bySocket(node, "SELECT uuid FROM autopilot.cluster"), node);
        }
    }

    @Test
    @Order(2)
    void aPrimaryWhoseNetworkIsCutIsReplacedAndComesBackAsAReplica() {
        String old = cluster.awaitPrimary(SOON);
        ledger.write();
        awaitFreshHeartbeatOnEveryNode(old);
        Bound takeOver = new Bound(LOST_PRIMARY);
        Bound fence = new Bound(LEASE.plus(LOOK));
        cluster.cutOff(old);
        try {
            cluster.awaitInside("end of writes on " + old, fence.left(), () -> notWritable(old));
            ledger.writeElsewhere(old, takeOver.left());
            assertFalse(cluster.isWritable(old), "two primaries accept writes");
            // Not even the name of Consul can be looked up any more.
            Bound answer = new Bound(Duration.ofSeconds(8));
            saysThatConsulIsAway(old);
            assertTrue(answer.over().isEmpty(), "the status took too long");
        } finally {
            cluster.reconnect(old);
        }
        comesBackAndNeverWrites(old);
    }

    @Test
    @Order(3)
    void aPrimaryThatWasFrozenFindsAnotherOneInItsPlaceAndNeverWritesAgain() {
        String old = cluster.awaitPrimary(SOON);
        ledger.write();
        awaitFreshHeartbeatOnEveryNode(old);
        Bound takeOver = new Bound(LOST_PRIMARY);
        Bound asleep = new Bound(LEASE.multipliedBy(2));
        cluster.freeze(old);
        try {
            ledger.writeElsewhere(old, takeOver.left());
            cluster.await("end of the sleep", LATER, asleep::over);
        } finally {
            cluster.thaw(old);
        }
        // Its wrapper looks once a second (docs/protocol.md, rule 3): until then it can be as it was when it fell asleep.
        cluster.awaitInside("end of writes on " + old, Duration.ofSeconds(1).plus(LOOK), () -> notWritable(old));
        comesBackAndNeverWrites(old);
    }

    @Test
    @Order(4)
    void withoutConsulItsPrimaryGoesOnAndNobodyChangesRoles() {
        String primary = ledger.write();
        List<String> history = cluster.history();
        Bound longer = new Bound(LEASE.multipliedBy(2));
        cluster.stopConsul();
        try {
            saysThatConsulIsAway(primary);
            cluster.awaitInside("a time longer than the lease", LATER, () -> {
                ledger.writeAt(primary, LEASE);
                cluster.running().forEach(node -> assertEquals(node.equals(primary), cluster.isWritable(node), node));
                return longer.over();
            });
        } finally {
            cluster.startConsul();
        }
        assertEquals(primary, ledger.write(Duration.ofSeconds(25)), "another node writes");
        assertEquals(history, cluster.history());
        cluster.awaitReplicas(NODES - 1, SOON);
        ledger.isWholeOnEveryNode();
    }

    /** The old primary serves as a replica in the end, and no look on the way there finds it writable. */
    private void comesBackAndNeverWrites(String old) {
        ledger.writeElsewhere(old, SOON);
        cluster.awaitInside("replica " + old, LATER, () -> {
            assertFalse(cluster.isWritable(old), old + " accepts writes, and so does another node");
            return cluster.replicas().contains(old) ? Optional.of(true) : Optional.empty();
        });
        assertNotEquals(old, ledger.write());
        cluster.awaitReplicas(NODES - 1, SOON);
        ledger.isWholeOnEveryNode();
    }

    private void saysThatConsulIsAway(String node) {
        Result status = cluster.manage(node, "status");
        assertNotEquals(0, status.status());
        assertTrue(status.out().contains("Consul can't be reached"), status.toString());
        assertTrue(status.out().contains(node), status.toString());
    }

    private Optional<Boolean> notWritable(String node) {
        return cluster.isWritable(node) ? Optional.empty() : Optional.of(true);
    }

    /**
     * The primary commits one with each health run. One that a fault keeps from the replicas would be an errant transaction, with which
     * the old primary stays out: right after one that all have there is none for some seconds.
     */
    private void awaitFreshHeartbeatOnEveryNode(String primary) {
        String beat = heartbeat(primary);
        String fresh = cluster.awaitInside("heartbeat after " + beat, SOON, () -> Optional.of(heartbeat(primary)).filter(b -> !b.equals(beat)));
        Set<String> without = new HashSet<>(cluster.running());
        cluster.await("heartbeat " + fresh + " on every node", SOON, () -> {
            without.removeIf(node -> heartbeat(node).compareTo(fresh) >= 0);
            return without.isEmpty() ? Optional.of(true) : Optional.empty();
        });
    }

    private String heartbeat(String node) {
        return cluster.bySocket(node, "SELECT MAX(at) FROM autopilot.heartbeat").orElse("");
    }
}
