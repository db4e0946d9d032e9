package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.core.GtidSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that can't follow: an old primary with more than the new one has, a replica that was away while binary logs were purged. */
@Tag("side-by-side")
class ErrantE2E {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(180);
    private static final Map<String, String> ASYNC = Map.of("REPLICATION_MODE", "async");
    private static final String ERRANT_ROW = "nobody-else-has-it";

    @Test
    void anOldPrimaryWithErrantTransactionsIsArchivedAndMadeAnewAndANodeThatMissedPurgedLogsIsMadeAnew(@TempDir Path directory)
            throws IOException, SQLException {
        try (TestCluster cluster = new TestCluster("autopilot-errant", Images.latest(), directory, ASYNC)) {
            Ledger ledger = begin(cluster, 3);
            String old = replaceAPrimaryThatWritesOn(cluster, ledger);
            cluster.awaitReplica(old, LATER);
            ledger.isWholeOnEveryNode();
            JsonNode evidence = evidenceOf(cluster, old).orElseThrow();
            assertNotEquals(evidence.path("serverUuid").asText(), cluster.bySocket(old, "SELECT @@server_uuid").orElseThrow());
            assertEquals(Optional.of("0"), cluster.bySocket(old, "SELECT COUNT(*) FROM shop.ledger WHERE note = '" + ERRANT_ROW + "'"));
            isKept(cluster, evidence);
            String log = cluster.log(old);
            for (String event : List.of("event=evidence", "event=rebuild", "event=discard", "event=restored")) {
                assertTrue(log.contains(event), event);
            }
            aReplicaThatMissedPurgedLogs(cluster, ledger);
        }
    }

    @Test
    void byPolicyItStaysOutWithItsDataUntilAnOperatorHasItMadeAnew(@TempDir Path directory) throws IOException, SQLException {
        Map<String, String> settings = Map.of("ERRANT_POLICY", "stop", "REPLICATION_MODE", "async");
        try (TestCluster cluster = new TestCluster("autopilot-errant-stop", Images.latest(), directory, settings)) {
            Ledger ledger = begin(cluster, 2);
            String old = replaceAPrimaryThatWritesOn(cluster, ledger);
            JsonNode evidence = cluster.awaitInside("evidence", LATER, () -> evidenceOf(cluster, old));
            isKept(cluster, evidence);
            cluster.awaitInside("reason to stay out", SOON, () -> Optional.of(cluster.log(old)).filter(l -> l.contains("ERRANT_POLICY=stop")));
            assertFalse(cluster.replicas().contains(old));
            assertEquals(Optional.of("1"), cluster.bySocket(old, "SELECT COUNT(*) FROM shop.ledger WHERE note = '" + ERRANT_ROW + "'"));
            assertTrue(cluster.manage(old, "rebuild", "--dry-run").err().contains("decision=GiveUpData"));
            assertEquals(0, cluster.manage(old, "rebuild").status());
            cluster.awaitReplica(old, LATER);
            ledger.isWholeOnEveryNode();
            replays(cluster, evidence);
        }
    }

    @Test
    void aTailThatOnlyAKilledPrimaryHasIsFetchedBeforeAnotherNodeTakesOver(@TempDir Path directory) throws IOException, SQLException {
        try (TestCluster cluster = new TestCluster("autopilot-tail", Images.latest(), directory, ASYNC)) {
            Ledger ledger = begin(cluster, 2);
            String old = ledger.write();
            // Shuts the replica out; a node that takes over gets an account of its own.
            cluster.bySocket(old, "SET sql_log_bin = 0; ALTER USER repluser ACCOUNT LOCK").orElseThrow();
            String dump = cluster.bySocket(old, "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'").orElseThrow();
            cluster.bySocket(old, "KILL " + dump).orElseThrow();
            cluster.bySocket(old, "CREATE TABLE shop.tail (id INT PRIMARY KEY)").orElseThrow();
            GtidSet tail = GtidSet.parse(cluster.bySocket(old, "SELECT @@gtid_executed").orElseThrow().replace("\\n", ""));
            cluster.await("word of the tail in Consul", SOON, () -> published(cluster).filter(set -> set.contains(tail)));
            cluster.docker("exec", old, "pkill", "-KILL", "-x", "mysqld");
            ledger.writeElsewhere(old, SOON);
            String primary = cluster.awaitPrimary(SOON);
            assertEquals(Optional.of("0"), cluster.bySocket(primary, "SELECT COUNT(*) FROM shop.tail"));
            String log = cluster.log(primary);
            assertTrue(log.contains("event=fetch from=" + old), log);
            cluster.awaitReplica(old, LATER);
            ledger.isWholeOnEveryNode();
            JsonNode status = cluster.status(primary).orElseThrow();
            assertTrue(status.path("losses").isEmpty() && status.path("evidence").isEmpty(), status.toString());
        }
    }

    private static Optional<GtidSet> published(TestCluster cluster) {
        try {
            JsonNode record = new JsonMapper().readTree(cluster.keys("mysql-primary").getOrDefault("mysql-primary", "{}"));
            return Optional.of(record.path("executed").asText()).filter(text -> !text.isEmpty()).map(GtidSet::parse);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Ledger begin(TestCluster cluster, int nodes) throws SQLException {
        cluster.up(nodes);
        cluster.awaitPrimary(LATER);
        Ledger ledger = new Ledger(cluster);
        ledger.create();
        ledger.write();
        cluster.awaitReplicas(nodes - 1, LATER);
        ledger.isWholeOnEveryNode();
        return ledger;
    }

    /** Its network is cut with a client in the container that writes; the name of the node, when that has its network back. */
    private static String replaceAPrimaryThatWritesOn(TestCluster cluster, Ledger ledger) {
        String old = ledger.write();
        cluster.cutOff(old);
        try {
            assertTrue(cluster.bySocket(old, "INSERT INTO shop.ledger VALUES (1001, '" + ERRANT_ROW + "')").isPresent());
            ledger.writeElsewhere(old, SOON);
        } finally {
            cluster.reconnect(old);
        }
        return old;
    }

    private static Optional<JsonNode> evidenceOf(TestCluster cluster, String node) {
        return cluster.status(cluster.awaitPrimary(SOON))
                .flatMap(status -> StreamSupport.stream(status.path("evidence").spliterator(), false)
                        .filter(kept -> kept.path("node").asText().equals(node))
                        .findFirst());
    }

    /** In the store that all nodes share, as any of them sees it, with the row that is nowhere else. */
    private static void isKept(TestCluster cluster, JsonNode evidence) {
        assertEquals(evidence.path("errant").asText(), evidence.path("lost").asText());
        String place = evidence.path("place").asText();
        String primary = cluster.awaitPrimary(SOON);
        String id = evidence.path("id").asText();
        String description = cluster.docker("exec", primary, "cat", place + "/" + id + ".evidence.json");
        String hashes = cluster.docker("exec", primary, "sh", "-c", "sha256sum " + place + "/" + id + ".binlog.*/*");
        for (String line : hashes.lines().toList()) {
            assertTrue(description.contains(line.split(" ", 2)[0]), line);
        }
        assertTrue(evidence.path("files").size() > 0);
        assertTrue(cluster.docker("exec", primary, "manage", "evidence").contains(id));
        String fetched = fetched(cluster, primary, id);
        String found = cluster.docker("exec", primary, "sh", "-c", "grep -al " + ERRANT_ROW + " " + fetched + "/*");
        assertTrue(found.contains(evidence.path("files").path(0).asText()), found);
        String table = cluster.docker("exec", primary, "manage", "status");
        assertTrue(table.contains("evidence  " + evidence.path("id").asText()), table);
        assertTrue(table.contains("lost, though clients may have been told they are safe: " + evidence.path("lost").asText()), table);
    }

    /** The directory in that container with the binary logs as they were. */
    private static String fetched(TestCluster cluster, String node, String id) {
        return cluster.docker("exec", node, "sh", "-c", "d=$(mktemp -d) && manage evidence " + id + " --into $d >/dev/null && echo $d").strip();
    }

    /** As docs/errant.md says it. */
    private static void replays(TestCluster cluster, JsonNode evidence) {
        String primary = cluster.awaitPrimary(SOON);
        String errant = evidence.path("errant").asText();
        String file = fetched(cluster, primary, evidence.path("id").asText()) + "/" + evidence.path("files").path(0).asText();
        cluster.docker("exec", primary, "sh", "-c", "mysqlbinlog --include-gtids='" + errant + "' '" + file + "' | mysql");
        assertEquals(Optional.of("1"), cluster.bySocket(primary, "SELECT COUNT(*) FROM shop.ledger WHERE note = '" + ERRANT_ROW + "'"));
        cluster.awaitInside("word of the replay", SOON, () -> evidenceOf(cluster, evidence.path("node").asText())
                .filter(kept -> kept.path("replayed").asText().equals(errant)));
    }

    /** No snapshot that is there will do, so a new one has to be taken first. */
    private static void aReplicaThatMissedPurgedLogs(TestCluster cluster, Ledger ledger) {
        String late = cluster.replicas().getFirst();
        String donor = cluster.replicas().getLast();
        assertNotEquals(late, donor);
        cluster.docker("kill", late);
        String primary = ledger.write();
        String snapshot = cluster.lastSnapshot().orElseThrow();
        String uuid = cluster.bySocket(primary, "SELECT @@server_uuid").orElseThrow();
        cluster.bySocket(primary, "FLUSH BINARY LOGS").orElseThrow();
        String newest = cluster.bySocket(primary, "SHOW BINARY LOGS").orElseThrow().lines().reduce((a, b) -> b).orElseThrow();
        cluster.bySocket(primary, "PURGE BINARY LOGS TO '" + newest.split("\\s", 2)[0] + "'").orElseThrow();
        // The snapshot will be of a replica whose relay logs have numbers that a new server's don't have.
        for (int i = 0; i < 3; i++) {
            cluster.bySocket(donor, "FLUSH NO_WRITE_TO_BINLOG RELAY LOGS").orElseThrow();
        }
        ledger.write();
        cluster.docker("start", late);
        // For some seconds Consul lists it as it was, and a replica looks once a minute whether somebody wishes for a snapshot.
        cluster.awaitInside("rebuild of " + late, LATER, () -> Optional.of(cluster.log(late)).filter(l -> l.contains("event=rebuild evidence=none")));
        cluster.awaitReplica(late, LATER);
        ledger.isWholeOnEveryNode();
        assertNotEquals(snapshot, cluster.lastSnapshot().orElseThrow());
        assertTrue(cluster.log(late).contains("a new snapshot is asked for"));
        assertEquals(uuid, cluster.bySocket(cluster.awaitPrimary(SOON), "SELECT @@server_uuid").orElseThrow());
        assertTrue(evidenceOf(cluster, late).filter(e -> e.path("term").asLong() > 2).isEmpty(), "nothing of it was errant");
    }
}
