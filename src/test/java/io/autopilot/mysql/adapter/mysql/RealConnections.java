package io.autopilot.mysql.adapter.mysql;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What only a real connection can do. */
abstract class RealConnections extends RealAccounts {
    RealConnections(String image, String version) {
        super(image, version);
    }

    /** As it is after the restore of a snapshot of a replica: the tables are there, the relay logs aren't. */
    @Test
    void aServerThatLooksForRelayLogsWhichAreNotThereReplicatesOnceItHasForgottenItsSource() {
        Mysql primary = primary();
        primary.heartbeat(1);
        Mysql donor = replicaOf(1, 2);
        assertTrue(donor.awaitApplied(primary.executed(), Duration.ofSeconds(20)));
        server(2).run("FLUSH RELAY LOGS", "FLUSH RELAY LOGS", "FLUSH RELAY LOGS");
        donor.stopReplication();
        donor.shutdown();
        eventually(() -> unreachable(2));
        server(2).exec("sh", "-c", "rm -f /var/lib/mysql/relay*");
        start(2);
        Mysql restored = local(2);
        restored.stopReplication();
        restored.forgetSource();
        restored.follow(address(1), ACCOUNTS.replicationUser(), REPLICATION);
        restored.startReplication();
        primary.heartbeat(1);
        assertTrue(restored.awaitApplied(primary.executed(), Duration.ofSeconds(20)));
    }

    @Test
    void whereNobodyListensIsUnreachable() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        MysqlException refused = assertThrows(
                MysqlException.class, () -> servers(1, CONTROL).connect(new Address("127.0.0.1", port), soon()));
        assertTrue(refused.unreachable(), refused::getMessage);
        assertTrue(String.valueOf(refused.getMessage()).contains("127.0.0.1:" + port), refused::getMessage);
        MysqlException unknown = assertThrows(
                MysqlException.class, () -> servers(1, CONTROL).connect(new Address("no-such-host.invalid", port), soon()));
        assertTrue(unknown.unreachable(), unknown::getMessage);
    }

    /** A name may be anywhere, so this one is TLS where the server has it. */
    @Test
    void aServerIsReachedByItsName() {
        provisioned(1);
        Address byName = new Address("localhost", address(1).port());
        assertEquals(Optional.empty(), keep(servers(1, CONTROL).connect(byName, soon())).read().clusterUuid());
    }

    @Test
    void aFrozenServerIsGivenUpAtTheDeadlineButNotTakenForDead() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Duration before = ticker().uptime();
            MysqlException failure = assertThrows(
                    MysqlException.class,
                    () -> servers(1, CONTROL)
                            .connect(new Address("127.0.0.1", silent.getLocalPort()), Deadline.after(Duration.ofMillis(300), ticker())));
            assertFalse(failure.unreachable(), failure::getMessage);
            assertTrue(ticker().uptime().minus(before).compareTo(Duration.ofSeconds(3)) < 0);
        }
    }

    @Test
    void aHostThatSmugglesOptionsIsRefused() {
        Address smuggler = new Address("127.0.0.1:1/?autoReconnect=true&x=", 2);
        MysqlException failure =
                assertThrows(MysqlException.class, () -> servers(1, CONTROL).connect(smuggler, soon()));
        assertTrue(String.valueOf(failure.getMessage()).contains("not a host name"), failure::getMessage);
    }

    @Test
    void aStatementThatHangsIsGivenUpAndTheConnectionNotRenewed() throws Exception {
        provisioned(1).makeWritable();
        server(1).run("CREATE TABLE shop.held (id INT PRIMARY KEY)");
        try (Connection client = server(1).login("shopkeeper", "the shop's own");
                Statement statement = client.createStatement()) {
            statement.execute("LOCK TABLES shop.held WRITE");
            Mysql control = keep(servers(1, CONTROL).connectLocal(Deadline.after(Duration.ofMillis(300), ticker())));
            Duration before = ticker().uptime();
            MysqlException failure = assertThrows(MysqlException.class, control::makeReadOnly);
            assertFalse(failure.unreachable(), failure::getMessage);
            assertTrue(String.valueOf(failure.getMessage()).contains("no answer in time"), failure::getMessage);
            assertTrue(ticker().uptime().minus(before).compareTo(Duration.ofSeconds(5)) < 0);
            assertThrows(MysqlException.class, control::executed);
        }
    }

    /** So it is when the acknowledgement of a heartbeat got lost with a receiver that was restarted: only a later commit brings it. */
    @Test
    void aHeartbeatThatHangsDoesNotHoldUpTheNextOne() throws SQLException {
        primary().heartbeat(1);
        String row = server(1).ask("SELECT id FROM autopilot.heartbeat").getFirst();
        try (Connection hangs = server(1).tester();
                Statement statement = hangs.createStatement()) {
            hangs.setAutoCommit(false);
            statement.execute("REPLACE INTO autopilot.heartbeat (id, term) VALUES (" + row + ", 1)");
            Mysql next = remote(1);
            assertDoesNotThrow(() -> next.heartbeat(1));
            hangs.rollback();
        }
    }

    /** Rows have to go both ways between servers of an older and a newer version of this program. */
    @Test
    void aJournalOfAnOlderVersionIsCompletedAndReplicatesBothWays() {
        Mysql primary = primary();
        makeAnOldJournal(1);
        Mysql control = provisioned(2);
        control.makeWritable();
        makeAnOldJournal(2);
        control.makeReadOnly();
        Mysql replica = replicaOf(1, 2);
        primary.journal(FULL, Optional.of(Duration.ofMillis(120)));
        assertEquals(
                List.of("4|n1|a fault|failover|n0|120|" + FULL.executed().orElseThrow() + "|" + FULL.lost()),
                server(1).ask("SELECT CONCAT_WS('|', term, node, why, kind, from_node, write_gap_ms, executed, lost) FROM autopilot.journal"));
        assertTrue(replica.awaitApplied(primary.executed(), Duration.ofSeconds(10)));
        assertEquals(List.of("4|n1|a fault"), server(2).ask("SELECT CONCAT_WS('|', term, node, why) FROM autopilot.journal"));
        assertEquals(1, primary.executed().count(), "the change of the table is each server's own");
        replica.completeJournal();
        assertTrue(replica.read().superReadOnly());
        primary.journal(term(5, "n2", "another"), Optional.empty());
        assertTrue(replica.awaitApplied(primary.executed(), Duration.ofSeconds(10)));
        assertEquals(List.of("4", "5"), server(2).ask("SELECT term FROM autopilot.journal ORDER BY term"));
        assertEquals("", replica.read().replication().orElseThrow().applierError());
    }

    @Test
    void aCompleteReplicaFollowsAPrimaryWithAnOldJournal() {
        Mysql primary = primary();
        makeAnOldJournal(1);
        Mysql replica = replicaOf(1, 2);
        server(1).run("INSERT INTO autopilot.journal (term, node, why) VALUES (3, 'n1', 'of old')");
        assertTrue(replica.awaitApplied(primary.executed(), Duration.ofSeconds(10)));
        assertEquals(List.of("3|of old"), server(2).ask("SELECT CONCAT_WS('|', term, why, kind) FROM autopilot.journal"));
    }

    private static final TermRecord FULL = new TermRecord(
            4,
            "n1",
            "server",
            Set.of(),
            "a fault",
            GtidSet.parse("11111111-1111-1111-1111-111111111111:8-9"),
            Instant.EPOCH,
            Optional.of(TermRecord.Kind.FAILOVER),
            Optional.of("n0"),
            Optional.empty(),
            Optional.of(GtidSet.parse("11111111-1111-1111-1111-111111111111:1-7")),
            Optional.empty(),
            Optional.empty(),
            List.of());

    private void makeAnOldJournal(int node) {
        server(node).run(
                "SET SESSION sql_log_bin = 0",
                "DROP TABLE autopilot.journal",
                "CREATE TABLE autopilot.journal (term BIGINT PRIMARY KEY, node VARCHAR(255) NOT NULL, why VARCHAR(1000) NOT NULL,"
                        + " at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)) ENGINE = InnoDB");
    }

    @Test
    void aReceiverNoticesASilentSourceSoon() {
        provisioned(2).follow(address(1), "repl", REPLICATION);
        String variable = server(2).dialect().version().isAtLeast(8, 0, 26) ? "replica_net_timeout" : "slave_net_timeout";
        assertEquals("1", server(2).ask("SELECT @@GLOBAL." + variable).getFirst());
        assertEquals(
                "0.25", server(2).ask("SELECT CAST(heartbeat AS CHAR) FROM mysql.slave_master_info").getFirst());
    }

    @Test
    void aClientThatWaitsIsKilledAndCounted() throws Exception {
        Mysql control = provisioned(1);
        try (Connection client = server(1).login("shopkeeper", "the shop's own");
                Statement statement = client.createStatement()) {
            CompletableFuture<Boolean> waits = CompletableFuture.supplyAsync(() -> ends(statement));
            eventually(() -> !server(1)
                    .ask("SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(100)%'")
                    .isEmpty());
            assertEquals(1, control.killClients());
            assertTrue(waits.get(10, TimeUnit.SECONDS), "killed, not answered");
            assertThrows(SQLException.class, () -> statement.execute("SELECT 1"));
        }
        eventually(() -> control.killClients() == 0);
    }

    /** True when it ended with an error; 5.6 may still answer the statement itself. */
    private static boolean ends(Statement statement) {
        try (ResultSet rows = statement.executeQuery("SELECT SLEEP(100)")) {
            return rows.next() && rows.getInt(1) == 1;
        } catch (SQLException e) {
            return true;
        }
    }

    @Test
    void aReadOnlyServerRefusesClients() throws Exception {
        Mysql control = primary();
        server(1).run("CREATE TABLE shop.goods (id INT PRIMARY KEY)");
        try (Connection client = server(1).login("shopkeeper", "the shop's own");
                Statement statement = client.createStatement()) {
            statement.execute("INSERT INTO shop.goods VALUES (1)");
            control.makeReadOnly();
            SQLException refused =
                    assertThrows(SQLException.class, () -> statement.execute("INSERT INTO shop.goods VALUES (2)"));
            assertEquals(1290, refused.getErrorCode());
        }
    }

    @Test
    void anApplierThatFailsTellsWhy() {
        Mysql primary = primary();
        Mysql replica = replicaOf(1, 2);
        server(2).run(
                "SET SESSION sql_log_bin = 0", "SET GLOBAL read_only = OFF", "DROP TABLE autopilot.heartbeat");
        primary.heartbeat(1);
        // A worker tells its error a moment before the applier that coordinates the workers ends.
        eventually(() -> !replica.read().replication().orElseThrow().applierRunning());
        ReplicationState state = replica.read().replication().orElseThrow();
        assertTrue(state.applierError().startsWith("1146 "), state::applierError);
        assertEquals(Receiver.ON, state.receiver());
        replica.stopReplication();
        assertThrows(IllegalStateException.class, replica::forgetSource);
        server(2).run(
                "SET SESSION sql_log_bin = 0",
                "CREATE TABLE autopilot.heartbeat (id TINYINT PRIMARY KEY, term BIGINT NOT NULL, at TIMESTAMP(6) NOT NULL)");
        replica.startReplication();
        assertTrue(replica.awaitApplied(primary.executed(), Duration.ofSeconds(10)));
    }

    /** As the death of a primary leaves it that was sending a large transaction; for servers whose applier has workers. */
    final void stopsAnApplierThatHoldsHalfATransaction() throws SQLException {
        Mysql primary = primary();
        replicaOf(1, 2);
        server(1).run("CREATE DATABASE half", "CREATE TABLE half.t (x LONGBLOB)", "INSERT INTO half.t VALUES (REPEAT('x', 1000000))");
        for (int i = 0; i < 7; i++) {
            server(1).run("INSERT INTO half.t SELECT x FROM half.t");
        }
        Mysql replica = local(2);
        GtidSet all = primary.executed();
        assertTrue(replica.awaitApplied(all, Duration.ofSeconds(20)));
        // A receiver is now and then quicker than whoever is to stop it in the middle.
        for (int i = 0; i < 10 && replica.read().received().contains(all); i++) {
            assertTrue(replica.awaitApplied(all, Duration.ofSeconds(20)));
            replica.stopReceiver();
            server(1).run("INSERT INTO half.t SELECT x FROM half.t LIMIT 128");
            all = primary.executed();
            receiveSome(5_000_000);
        }
        assertFalse(replica.read().received().contains(all), "the receiver was stopped too late for this test");
        // Its deadline is shorter than the server's own patience.
        replica.stopReplication();
        assertFalse(replica.read().replication().orElseThrow().applierRunning());
        replica.follow(address(1), ACCOUNTS.replicationUser(), REPLICATION);
        replica.startReplication();
        assertTrue(replica.awaitApplied(all, Duration.ofSeconds(20)));
    }

    private void receiveSome(long bytes) throws SQLException {
        try (Connection connection = server(2).tester();
                Statement statement = connection.createStatement()) {
            AtomicLong least = new AtomicLong(relayLogs(statement));
            statement.execute(server(2).startReceiver());
            // A receiver begins with a new relay log, and those that were applied go: it shrinks before it grows.
            eventually(() -> {
                long now = relayLogs(statement);
                return now > bytes + least.accumulateAndGet(now, Math::min);
            });
            statement.execute(server(2).dialect().stopReceiver());
        }
    }

    private long relayLogs(Statement statement) {
        try (ResultSet status = statement.executeQuery(server(2).dialect().showReplicaStatus())) {
            return status.next() ? status.getLong("Relay_Log_Space") : 0;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
