package io.autopilot.mysql.adapter.mysql;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.BinlogFile;
import io.autopilot.mysql.core.BinlogFiles;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.Mysql.Accounts;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.MysqlServers;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What the hooks rely on, of every implementation of the port. Three servers, 1 to 3; at the start of each test they are as
 * initialised: read-only, without replication, without GTIDs, root without a password on loopback, no other user.
 */
abstract class MysqlContract {
    static final Secret CONTROL = new Secret("control's own");
    static final Secret REPLICATION = new Secret("replication's own");
    static final Accounts ACCOUNTS = accounts(CONTROL, REPLICATION);

    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final GtidSet RESTORED = GtidSet.parse(
            "11111111-1111-1111-1111-111111111111:1-7:9,22222222-2222-2222-2222-222222222222:1-3");

    private final List<Mysql> open = new ArrayList<>();

    /** The servers as the hooks of one node see them, with this password for the control user. */
    abstract MysqlServers servers(int node, Secret controlPassword);

    /** Where a node's server listens, for hooks and replicas alike. */
    abstract Address address(int node);

    abstract Ticker ticker();

    abstract Sleeper sleeper();

    /** Starts the receiver of a node's server without the applier, which no hook does. */
    abstract void startReceiverAlone(int node);

    /** Starts a node's server again after it was stopped. */
    abstract void start(int node);

    @AfterEach
    void closeConnections() {
        open.forEach(Mysql::close);
        open.clear();
    }

    // A server by itself.

    @Test
    void aNewServerIsReadOnlyAndBelongsToNobody() {
        ServerState state = local(1).read();
        assertTrue(state.readOnly());
        assertTrue(state.superReadOnly());
        assertEquals(GtidSet.EMPTY, state.executed());
        assertEquals(Optional.empty(), state.replication());
        assertEquals(Optional.empty(), state.clusterUuid());
        assertEquals(0, state.journalTerm());
    }

    @Test
    void provisioningMayBeRepeatedAndStaysOutOfTheBinaryLog() {
        local(1).provision(ACCOUNTS);
        Mysql control = local(1);
        control.provision(ACCOUNTS);
        assertEquals(GtidSet.EMPTY, control.executed());
        assertDoesNotThrow(() -> remote(1).executed());
    }

    @Test
    void provisioningLeavesTheServerAsWritableAsItWas() {
        Mysql control = provisioned(1);
        assertTrue(control.read().superReadOnly());
        control.makeWritable();
        control.provision(ACCOUNTS);
        assertFalse(control.read().readOnly());
        assertFalse(control.read().superReadOnly());
    }

    @Test
    void provisioningCorrectsPasswords() {
        Secret changed = new Secret("another");
        provisioned(1).provision(accounts(changed, REPLICATION));
        assertDoesNotThrow(() -> keep(servers(1, changed).connect(address(1), soon())).executed());
        MysqlException refused = assertThrows(MysqlException.class, () -> remote(1));
        assertEquals(1045, refused.code());
        assertFalse(refused.unreachable());
    }

    @Test
    void aProvisionedServerLetsNobodyInWithAWrongPassword() {
        provisioned(1);
        MysqlException refused = assertThrows(
                MysqlException.class, () -> servers(1, new Secret("wrong")).connectLocal(soon()));
        assertEquals(1045, refused.code());
        assertFalse(String.valueOf(refused.getMessage()).contains("wrong"));
    }

    @Test
    void theFirstMarkOfAClusterStays() {
        Mysql control = provisioned(1);
        assertEquals("c1", control.markCluster("c1"));
        assertEquals("c1", control.markCluster("c2"));
        ServerState state = control.read();
        assertEquals(Optional.of("c1"), state.clusterUuid());
        assertEquals(GtidSet.EMPTY, state.executed());
        assertTrue(state.superReadOnly());
    }

    @Test
    void aServerThatLeftItsClusterCanJoinAnother() {
        Mysql control = primary();
        control.markCluster("c1");
        control.journal(term(7, "n1", "why"), Optional.empty());
        control.makeReadOnly();
        GtidSet before = control.executed();
        control.leaveCluster();
        assertEquals(Optional.empty(), control.read().clusterUuid());
        assertEquals(0, control.read().journalTerm());
        control.leaveCluster();
        control.provision(ACCOUNTS);
        assertEquals("c2", control.markCluster("c2"));
        assertEquals(before, control.executed());
        assertTrue(control.read().superReadOnly());
    }

    @Test
    void aHeartbeatIsOneTransaction() {
        Mysql primary = primary();
        primary.heartbeat(1);
        primary.heartbeat(1);
        assertEquals(2, primary.executed().count());
        assertEquals(primary.executed(), primary.executed().of(List.of(primary.read().serverUuid())));
    }

    @Test
    void theJournalTellsItsNewestTerm() {
        Mysql primary = primary();
        primary.journal(term(3, "n1", "a failover"), Optional.empty());
        primary.journal(term(2, "n2", "it's \\ \"older\", größer"), Optional.empty());
        assertEquals(3, primary.read().journalTerm());
    }

    @Test
    void completingAJournalIsPossibleOnAReadOnlyServerAndLeavesNoTrace() {
        Mysql control = provisioned(1);
        control.completeJournal();
        control.completeJournal();
        assertTrue(control.read().superReadOnly());
        assertEquals(GtidSet.EMPTY, control.executed());
    }

    @Test
    void aReadOnlyServerTakesNeitherHeartbeatNorJournal() {
        Mysql primary = primary();
        primary.makeReadOnly();
        primary.makeReadOnly();
        assertTrue(primary.read().readOnly());
        assertTrue(primary.read().superReadOnly());
        assertEquals(1290, assertThrows(MysqlException.class, () -> primary.heartbeat(1)).code());
        assertEquals(1290, assertThrows(MysqlException.class, () -> primary.journal(term(1, "n1", "why"), Optional.empty())).code());
        assertEquals(GtidSet.EMPTY, primary.executed());
        primary.makeWritable();
        assertFalse(primary.read().readOnly());
        assertDoesNotThrow(() -> primary.heartbeat(1));
    }

    @Test
    void gtidsAreReplacedWhollyOnAReadOnlyServer() {
        Mysql primary = primary();
        primary.heartbeat(1);
        primary.makeReadOnly();
        primary.replaceGtids(RESTORED);
        assertEquals(RESTORED, primary.read().executed());
        assertEquals(RESTORED, primary.read().purged());
        primary.replaceGtids(RESTORED);
        assertEquals(RESTORED, primary.executed());
        primary.replaceGtids(GtidSet.EMPTY);
        assertEquals(GtidSet.EMPTY, primary.executed());
        assertTrue(primary.read().superReadOnly());
    }

    @Test
    void aServerThatWasStoppedIsAwayAndComesBackReadOnlyWithAllItHad() {
        Mysql primary = primary();
        primary.replaceGtids(RESTORED);
        primary.journal(term(5, "n1", "why"), Optional.empty());
        ServerState before = primary.read();
        primary.shutdown();
        eventually(() -> unreachable(1));
        start(1);
        ServerState after = local(1).read();
        assertTrue(after.superReadOnly());
        assertEquals(before.executed(), after.executed());
        assertEquals(before.serverUuid(), after.serverUuid());
        assertEquals(5, after.journalTerm());
    }

    @Test
    void theBinaryLogTellsWhichOfItsFilesHoldsWhat() {
        Mysql primary = primary();
        primary.heartbeat(1);
        GtidSet first = primary.executed();
        primary.shutdown();
        eventually(() -> unreachable(1));
        start(1);
        Mysql again = local(1);
        again.makeWritable();
        again.heartbeat(1);
        GtidSet second = again.executed().minus(first);
        List<String> all = again.binlogs().stream().map(BinlogFile::name).toList();
        List<String> old = BinlogFiles.holding(first, again.binlogs(), again.executed());
        List<String> young = BinlogFiles.holding(second, again.binlogs(), again.executed());
        assertEquals(1, old.size(), all::toString);
        assertEquals(List.of(all.getLast()), young);
        assertNotEquals(old, young);
        assertEquals(2, BinlogFiles.holding(again.executed(), again.binlogs(), again.executed()).size());
    }

    @Test
    void aReplicaThatHasAppliedAllHasNothingHalf() {
        Mysql replica = primaryAndReplica();
        Mysql primary = local(1);
        primary.heartbeat(1);
        assertTrue(replica.awaitApplied(primary.executed(), Duration.ofSeconds(20)));
        assertFalse(replica.dropHalfReceived(() -> {
            throw new AssertionError("nobody needs to be asked");
        }));
        assertTrue(replica.read().replication().orElseThrow().applierRunning());
    }

    // The role lock.

    @Test
    void oneConnectionHoldsTheRoleLock() {
        Mysql first = provisioned(1);
        Mysql second = remote(1);
        assertTrue(first.tryRoleLock(Duration.ZERO));
        assertTrue(first.tryRoleLock(Duration.ZERO));
        assertFalse(second.tryRoleLock(Duration.ZERO));
        assertFalse(second.tryRoleLock(Duration.ofMillis(50)));
        first.close();
        assertTrue(second.tryRoleLock(Duration.ofSeconds(5)));
    }

    @Test
    void aReleasedRoleLockIsAnothersAndTheConnectionStays() {
        Mysql first = provisioned(1);
        Mysql second = remote(1);
        assertTrue(first.tryRoleLock(Duration.ZERO));
        assertTrue(first.tryRoleLock(Duration.ZERO));
        first.releaseRoleLock();
        assertTrue(second.tryRoleLock(Duration.ZERO));
        first.releaseRoleLock();
        assertFalse(first.tryRoleLock(Duration.ZERO));
        second.releaseRoleLock();
        assertTrue(first.tryRoleLock(Duration.ZERO));
    }

    @Test
    void eachServerHasItsOwnRoleLock() {
        assertTrue(provisioned(1).tryRoleLock(Duration.ZERO));
        assertTrue(provisioned(2).tryRoleLock(Duration.ZERO));
    }

    @Test
    void theRoleLockCanBeSeizedAndItsHolderIsGone() {
        Mysql first = provisioned(1);
        Mysql second = remote(1);
        assertTrue(second.seizeRoleLock(Duration.ofSeconds(5)));
        assertTrue(first.seizeRoleLock(Duration.ofSeconds(5)));
        assertThrows(MysqlException.class, () -> second.startReplication());
        assertFalse(remote(1).tryRoleLock(Duration.ZERO));
    }

    @Test
    void controlSessionsOutliveTheKillingOfClients() {
        Mysql control = provisioned(1);
        Mysql other = remote(1);
        assertEquals(0, control.killClients());
        assertDoesNotThrow(other::executed);
    }

    // Replication.

    @Test
    void aSourceIsSetWithoutStartingAnything() {
        Mysql replica = provisioned(2);
        replica.follow(address(1), ACCOUNTS.replicationUser(), REPLICATION);
        ReplicationState replication = replica.read().replication().orElseThrow();
        assertEquals(address(1), replication.source());
        assertEquals(Receiver.OFF, replication.receiver());
        assertFalse(replication.applierRunning());
        assertTrue(replication.autoPosition());
    }

    @Test
    void aReplicaAppliesWhatThePrimaryCommits() {
        Mysql primary = primary();
        primary.markCluster("c1");
        primary.heartbeat(4);
        Mysql replica = replicaOf(1, 2);
        primary.journal(term(4, "n1", "why"), Optional.empty());
        assertTrue(replica.awaitApplied(primary.executed(), BOUND));
        ServerState state = replica.read();
        ReplicationState replication = state.replication().orElseThrow();
        assertEquals(primary.executed(), state.executed());
        assertEquals(4, state.journalTerm());
        assertEquals(Optional.empty(), state.clusterUuid(), "the mark is each server's own");
        assertEquals(Receiver.ON, replication.receiver());
        assertTrue(replication.applierRunning());
        assertEquals("", replication.applierError());
        assertTrue(state.superReadOnly());
        assertThrows(MysqlException.class, () -> replica.heartbeat(4));
    }

    @Test
    void waitingForWhatNeverComesEndsInTime() {
        Mysql control = provisioned(1);
        Duration before = ticker().uptime();
        assertFalse(control.awaitApplied(RESTORED, Duration.ZERO));
        assertFalse(control.awaitApplied(RESTORED, Duration.ofMillis(100)));
        assertTrue(ticker().uptime().minus(before).compareTo(Duration.ofSeconds(5)) < 0);
        assertTrue(control.awaitApplied(GtidSet.EMPTY, Duration.ZERO));
    }

    @Test
    void aStoppedReceiverReceivesNothingWhileTheApplierGoesOn() {
        Mysql primary = primary();
        Mysql replica = replicaOf(1, 2);
        primary.heartbeat(1);
        assertTrue(replica.awaitApplied(primary.executed(), BOUND));
        GtidSet before = primary.executed();
        replica.stopReceiver();
        replica.stopReceiver();
        primary.heartbeat(1);
        ServerState state = replica.read();
        assertEquals(Receiver.OFF, state.replication().orElseThrow().receiver());
        assertTrue(state.replication().orElseThrow().applierRunning());
        assertFalse(replica.awaitApplied(primary.executed(), Duration.ofMillis(200)));
        assertEquals(before, replica.read().received());
    }

    @Test
    void replicationStopsAndStartsAgain() {
        Mysql primary = primary();
        Mysql replica = replicaOf(1, 2);
        replica.stopReplication();
        replica.stopReplication();
        ReplicationState stopped = replica.read().replication().orElseThrow();
        assertEquals(Receiver.OFF, stopped.receiver());
        assertFalse(stopped.applierRunning());
        primary.heartbeat(1);
        replica.startApplier();
        assertEquals(Receiver.OFF, replica.read().replication().orElseThrow().receiver());
        assertTrue(replica.read().replication().orElseThrow().applierRunning());
        replica.startReplication();
        assertTrue(replica.awaitApplied(primary.executed(), BOUND));
    }

    @Test
    void replicationFromAFencedSourceEndsOnceAllOfItIsAppliedAndNotBefore() {
        Mysql primary = primary();
        Mysql replica = replicaOf(1, 2);
        primary.heartbeat(1);
        primary.makeReadOnly();
        GtidSet all = primary.executed();
        assertThrows(IllegalStateException.class, () -> replica.endReplication(all.union(RESTORED)));
        assertTrue(replica.awaitApplied(all, BOUND));
        replica.endReplication(all);
        ReplicationState ended = replica.read().replication().orElseThrow();
        assertEquals(Receiver.OFF, ended.receiver());
        assertFalse(ended.applierRunning());
        replica.endReplication(all);
        replica.forgetSource();
        assertEquals(all, replica.executed());
    }

    @Test
    void relayLogsThatAreNotAppliedAreNeverThrownAway() {
        Mysql primary = primary();
        Mysql replica = provisioned(2);
        replica.follow(address(1), ACCOUNTS.replicationUser(), REPLICATION);
        startReceiverAlone(2);
        primary.heartbeat(1);
        eventually(() -> replica.read().received().contains(primary.executed()));
        replica.stopReceiver();
        assertEquals(GtidSet.EMPTY, replica.executed());
        assertEquals(primary.executed(), replica.read().received());
        assertThrows(IllegalStateException.class, replica::forgetSource);
        assertThrows(
                IllegalStateException.class,
                () -> replica.follow(address(3), ACCOUNTS.replicationUser(), REPLICATION));
        assertEquals(address(1), replica.read().replication().orElseThrow().source());
        replica.startApplier();
        assertTrue(replica.awaitApplied(primary.executed(), BOUND));
        replica.stopReplication();
        replica.forgetSource();
        assertEquals(Optional.empty(), replica.read().replication());
    }

    @Test
    void aRunningReplicaIsNeitherRepointedNorReset() {
        Mysql replica = primaryAndReplica();
        assertThrows(
                MysqlException.class, () -> replica.follow(address(3), ACCOUNTS.replicationUser(), REPLICATION));
        assertThrows(MysqlException.class, replica::forgetSource);
        assertEquals(address(1), replica.read().replication().orElseThrow().source());
    }

    @Test
    void withoutASourceThereIsNothingToStartAndNothingToForget() {
        Mysql control = provisioned(1);
        assertThrows(MysqlException.class, control::startReplication);
        assertDoesNotThrow(control::stopReplication);
        assertDoesNotThrow(control::forgetSource);
    }

    @Test
    void replicasStayConnectedWhenClientsAreKilled() {
        Mysql primary = primary();
        Mysql replica = replicaOf(1, 2);
        primary.heartbeat(1);
        assertTrue(replica.awaitApplied(primary.executed(), BOUND));
        assertEquals(0, primary.killClients());
        primary.heartbeat(1);
        assertTrue(replica.awaitApplied(primary.executed(), BOUND));
    }

    @Test
    void aReplicaIsPromotedAndTheOtherFollowsItWithoutAGap() {
        Mysql old = primary();
        Mysql next = replicaOf(1, 2);
        Mysql other = replicaOf(1, 3);
        old.heartbeat(1);
        old.makeReadOnly();
        GtidSet last = old.executed();
        assertTrue(next.awaitApplied(last, BOUND));
        assertTrue(other.awaitApplied(last, BOUND));
        next.stopReplication();
        next.forgetSource();
        next.makeWritable();
        next.heartbeat(2);
        other.stopReplication();
        other.follow(address(2), ACCOUNTS.replicationUser(), REPLICATION);
        other.startReplication();
        old.follow(address(2), ACCOUNTS.replicationUser(), REPLICATION);
        old.startReplication();
        assertTrue(other.awaitApplied(next.executed(), BOUND));
        assertTrue(old.awaitApplied(next.executed(), BOUND));
        assertEquals(last.count() + 1, other.executed().count());
    }

    @Test
    void aRestoredServerFetchesOnlyWhatItLacks() {
        Mysql primary = primary();
        primary.heartbeat(1);
        Mysql restored = provisioned(2);
        restored.replaceGtids(primary.executed());
        restored.follow(address(1), ACCOUNTS.replicationUser(), REPLICATION);
        restored.startReplication();
        primary.journal(term(2, "n1", "why"), Optional.empty());
        assertTrue(restored.awaitApplied(primary.executed(), BOUND));
        assertEquals(1, restored.read().replication().orElseThrow().retrieved().count());
    }

    static TermRecord term(long term, String node, String why) {
        return new TermRecord(
                term, node, "server", Set.of(), why, GtidSet.EMPTY, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), List.of());
    }

    static Accounts accounts(Secret control, Secret replication) {
        return new Accounts(
                "autopilot", control, "repl", replication, Optional.of("shop"), Optional.of("shopkeeper"),
                Optional.of(new Secret("the shop's own")), Optional.empty(), false);
    }

    final Mysql local(int node) {
        return keep(servers(node, CONTROL).connectLocal(soon()));
    }

    final Mysql localFor(int node, Duration patience) {
        return keep(servers(node, CONTROL).connectLocal(Deadline.after(patience, ticker())));
    }

    final Mysql remote(int node) {
        return keep(servers(node, CONTROL).connect(address(node), soon()));
    }

    final Mysql provisioned(int node) {
        try (Mysql first = servers(node, CONTROL).connectLocal(soon())) {
            first.provision(ACCOUNTS);
        }
        return local(node);
    }

    final Mysql primary() {
        Mysql primary = provisioned(1);
        primary.makeWritable();
        return primary;
    }

    final Mysql replicaOf(int source, int node) {
        Mysql replica = provisioned(node);
        replica.follow(address(source), ACCOUNTS.replicationUser(), REPLICATION);
        replica.startReplication();
        eventually(() -> replica.read().replication().orElseThrow().receiver() == Receiver.ON);
        return replica;
    }

    private Mysql primaryAndReplica() {
        primary();
        return replicaOf(1, 2);
    }

    final Mysql keep(Mysql connection) {
        open.add(connection);
        return connection;
    }

    final boolean unreachable(int node) {
        try (Mysql still = servers(node, CONTROL).connect(address(node), soon())) {
            return still == null;
        } catch (MysqlException e) {
            return e.unreachable();
        }
    }

    final void eventually(BooleanSupplier condition) {
        assertTrue(new Poll(sleeper())
                .until(soon(), Duration.ofMillis(20), () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty())
                .isPresent());
    }

    final Deadline soon() {
        return Deadline.after(BOUND, ticker());
    }
}
