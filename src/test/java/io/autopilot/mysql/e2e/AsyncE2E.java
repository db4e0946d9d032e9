package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
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

/** REPLICATION_MODE=async where lossless would be possible: there the lease alone is the right to write. In order. */
@Tag("side-by-side")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AsyncE2E {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(120);
    private static final Duration LEASE = Duration.ofSeconds(10);
    /** A look by {@code docker exec} takes its time, on a busy machine too. */
    private static final Duration LOOK = Duration.ofSeconds(2);

    private TestCluster cluster;
    private Ledger ledger;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        Map<String, String> settings = Map.of("LEASE", LEASE.toSeconds() + "s", "REPLICATION_MODE", "async");
        cluster = new TestCluster("autopilot-async", Images.latest(), directory, settings);
        ledger = new Ledger(cluster);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void nothingIsAcknowledgedByAReplicaAndStatusSaysSo() throws SQLException {
        cluster.up(2);
        cluster.awaitPrimary(LATER);
        ledger.create();
        ledger.write();
        cluster.awaitReplicas(1, LATER);
        String primary = ledger.write();
        ledger.isWholeOnEveryNode();
        assertEquals(Optional.of("0"), cluster.bySocket(primary, "SELECT @@GLOBAL.rpl_semi_sync_source_enabled"));
        JsonNode status = cluster.status(primary).orElseThrow();
        assertEquals("async", status.path("mode").asText(), status.toString());
    }

    @Test
    @Order(2)
    void withoutConsulNobodyWritesAndNobodyChangesRoles() {
        String primary = ledger.write();
        int terms = cluster.history().size();
        Bound fence = new Bound(LEASE.plus(LOOK));
        cluster.stopConsul();
        try {
            cluster.awaitInside(
                    "end of writes on " + primary,
                    fence.left(),
                    () -> cluster.isWritable(primary) ? Optional.empty() : Optional.of(true));
            cluster.awaitInside("a time longer than the lease", LATER, () -> {
                cluster.running().forEach(node -> assertFalse(cluster.isWritable(node), node));
                return fence.over();
            });
        } finally {
            cluster.startConsul();
        }
        assertEquals(primary, ledger.write(Duration.ofSeconds(25)), "another node writes");
        assertTrue(cluster.history().stream().skip(terms).allMatch(primary::equals), cluster.history().toString());
        cluster.awaitReplicas(1, SOON);
        ledger.isWholeOnEveryNode();
    }

    @Test
    @Order(3)
    void aKilledPrimaryIsSucceeded() {
        ledger.survivesTheKillOfThePrimary();
    }
}
