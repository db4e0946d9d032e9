package io.autopilot.mysql.adapter.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.fake.FakeWrite.Answer;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What lossless mode relies on, of every server that can keep its promise. */
interface SemiSyncContract {
    Duration SHORT = Duration.ofMillis(300);
    Duration LONG = Duration.ofSeconds(20);

    MysqlContract on();

    /** An application's client commits a row and waits for the answer. */
    Write write(int node);

    /** A write under way. */
    interface Write {
        Answer answer();
    }

    private static SemiSync semiSync(Mysql server) {
        return server.read().semiSync().orElseThrow();
    }

    private Mysql replicaWithOwnAccount(Mysql primary, int node) {
        Mysql replica = on().provisioned(node);
        String uuid = replica.read().serverUuid();
        primary.letIn(uuid, MysqlContract.REPLICATION);
        replica.follow(on().address(1), ReplicationAccount.userOf(uuid), MysqlContract.REPLICATION);
        replica.startReplication();
        on().eventually(() -> receiver(replica) == Receiver.ON);
        return replica;
    }

    private Mysql acknowledgingReplica(Mysql primary, int node) {
        Mysql replica = replicaWithOwnAccount(primary, node);
        replica.setAcknowledging(true);
        on().eventually(() -> semiSync(replica).acknowledging() && receiver(replica) == Receiver.ON);
        return replica;
    }

    private static Receiver receiver(Mysql replica) {
        return replica.read().replication().orElseThrow().receiver();
    }

    @Test
    default void aNewServerNeitherWaitsNorAcknowledges() {
        SemiSync semiSync = semiSync(on().provisioned(1));
        assertFalse(semiSync.sourceOn());
        assertFalse(semiSync.mayAcknowledge());
        assertEquals(0, semiSync.listeners());
        assertEquals(0, on().local(1).listeners());
        assertFalse(on().local(1).read().offline());
    }

    @Test
    default void aCommitWaitsForItsAcknowledgementAndIsInvisibleUntilThen() {
        Mysql primary = on().primary();
        primary.requireAcks(1);
        assertTrue(semiSync(primary).sourceOn());
        assertEquals(1, semiSync(primary).acksRequired());
        GtidSet before = primary.executed();
        Write write = write(1);
        on().eventually(() -> semiSync(primary).waiting() == 1);
        assertEquals(Answer.NONE, write.answer());
        assertEquals(before, primary.executed());
        acknowledgingReplica(primary, 2);
        primary.heartbeat(1);
        on().eventually(() -> write.answer() == Answer.OK);
        assertEquals(1, semiSync(primary).listeners());
        assertEquals(1, primary.listeners());
        assertEquals(before.count() + 2, primary.executed().count());
    }

    @Test
    default void aReplicaThatIsNotToldToDoesNotAcknowledge() {
        Mysql primary = on().primary();
        Mysql replica = replicaWithOwnAccount(primary, 2);
        primary.requireAcks(1);
        Write write = write(1);
        on().eventually(() -> replica.read().received().count() > primary.executed().count());
        assertEquals(Answer.NONE, write.answer());
        assertEquals(0, semiSync(primary).listeners());
        assertEquals(0, primary.listeners());
    }

    /** What a replica has already isn't sent again; an acknowledgement counts for all that came before. */
    @Test
    default void whatAReplicaHadBeforeItAcknowledgedIsReleasedByTheNextCommit() {
        Mysql primary = on().primary();
        Mysql replica = replicaWithOwnAccount(primary, 2);
        primary.requireAcks(1);
        Write write = write(1);
        on().eventually(() -> replica.read().received().count() > primary.executed().count());
        replica.setAcknowledging(true);
        on().eventually(() -> semiSync(primary).listeners() == 1);
        assertEquals(Answer.NONE, write.answer());
        primary.heartbeat(1);
        on().eventually(() -> write.answer() == Answer.OK);
    }

    @Test
    default void asManyAcknowledgementsAreAwaitedAsAreRequired() {
        Mysql primary = on().primary();
        acknowledgingReplica(primary, 2);
        primary.requireAcks(2);
        Write write = write(1);
        on().eventually(() -> semiSync(primary).waiting() == 1);
        acknowledgingReplica(primary, 3);
        assertEquals(Answer.NONE, write.answer());
        primary.heartbeat(1);
        on().eventually(() -> write.answer() == Answer.OK);
    }

    /** A former primary that is still set up as one, and that nobody follows, would never apply anything. */
    @Test
    default void anApplierWaitsForAcknowledgementsToo() {
        Mysql primary = on().primary();
        Mysql replica = replicaWithOwnAccount(primary, 2);
        primary.heartbeat(1);
        on().eventually(() -> replica.executed().contains(primary.executed()));
        replica.requireAcks(1);
        primary.heartbeat(1);
        GtidSet written = primary.executed();
        on().eventually(() -> replica.read().received().contains(written));
        assertFalse(replica.awaitApplied(written, SHORT));
        replica.requireNoAcks();
        on().eventually(() -> replica.executed().contains(written));
    }

    @Test
    default void whoStopsAcknowledgingSaysSoAfterTheReceiverWasRestarted() {
        Mysql primary = on().primary();
        Mysql replica = acknowledgingReplica(primary, 2);
        on().eventually(() -> semiSync(primary).listeners() == 1);
        replica.setAcknowledging(false);
        on().eventually(() -> receiver(replica) == Receiver.ON);
        assertFalse(semiSync(replica).mayAcknowledge());
        on().eventually(() -> semiSync(primary).listeners() == 0);
    }

    @Test
    default void aReplicaThatIsCutOffAcknowledgesNothingAndDoesNotComeBackUntilItIsLetInAgain() {
        Mysql primary = on().primary();
        Mysql replica = acknowledgingReplica(primary, 2);
        primary.requireAcks(1);
        String uuid = replica.read().serverUuid();
        primary.cutOff(uuid);
        GtidSet before = primary.executed();
        Write write = write(1);
        on().eventually(() -> replica.read().replication().orElseThrow().receiverError().startsWith("3118 "));
        assertEquals(Answer.NONE, write.answer());
        assertEquals(before, primary.executed(), "the locking is not in the binary log");
        assertTrue(before.contains(replica.read().received()));
        primary.letIn(uuid, MysqlContract.REPLICATION);
        on().eventually(() -> write.answer() == Answer.OK);
    }

    @Test
    default void oneIsCutOffAndTheOtherStays() {
        Mysql primary = on().primary();
        Mysql one = acknowledgingReplica(primary, 2);
        Mysql other = acknowledgingReplica(primary, 3);
        primary.requireAcks(1);
        primary.cutOff(one.read().serverUuid());
        Write write = write(1);
        on().eventually(() -> write.answer() == Answer.OK);
        assertEquals(Receiver.ON, receiver(other));
    }

    @Test
    default void cuttingOffAStrangerIsNothing() {
        Mysql primary = on().primary();
        primary.cutOff("99999999-9999-9999-9999-999999999999");
        assertFalse(primary.read().superReadOnly());
    }

    @Test
    default void aReadOnlyServerLetsInAndCutsOffToo() {
        Mysql control = on().provisioned(1);
        control.letIn("99999999-9999-9999-9999-999999999999", MysqlContract.REPLICATION);
        control.cutOff("99999999-9999-9999-9999-999999999999");
        assertTrue(control.read().superReadOnly());
        assertEquals(GtidSet.EMPTY, control.executed());
    }

    /** Protocol P5, in its order: none of those who wait is told OK. */
    @Test
    default void theFenceEndsOnlyWhenNobodyWaitsAndNobodyIsToldOk() {
        Mysql primary = on().primary();
        primary.requireAcks(1);
        Write write = write(1);
        on().eventually(() -> semiSync(primary).waiting() == 1);
        primary.setOffline(true);
        primary.killSessions();
        on().eventually(() -> write.answer() == Answer.LOST);
        Mysql second = on().local(1);
        Mysql.Pending readOnly = second.beginReadOnly();
        on().eventually(() -> primary.read().superReadOnly());
        GtidSet visible = primary.executed();
        assertFalse(readOnly.await(SHORT), "the commit that waits holds it up");
        primary.requireNoAcks();
        assertTrue(readOnly.await(LONG));
        assertEquals(visible.count() + 1, primary.executed().count(), "what waited appears, unacknowledged");
        assertEquals(Answer.LOST, write.answer());
        ServerState after = primary.read();
        assertTrue(after.superReadOnly());
        assertTrue(after.offline());
        assertEquals(Answer.REFUSED, write(1).answer());
    }

    /** Why the order matters. */
    @Test
    default void whoWaitsIsToldOkWhenTheWaitingIsSwitchedOff() {
        Mysql primary = on().primary();
        primary.requireAcks(1);
        Write write = write(1);
        on().eventually(() -> semiSync(primary).waiting() == 1);
        primary.requireNoAcks();
        on().eventually(() -> write.answer() == Answer.OK);
    }

    @Test
    default void aReplicaComesInWhileClientsAreKeptOut() {
        Mysql primary = on().primary();
        primary.setOffline(true);
        primary.requireAcks(1);
        acknowledgingReplica(primary, 2);
        primary.heartbeat(1);
        assertEquals(Answer.REFUSED, write(1).answer());
        primary.setOffline(false);
        Write write = write(1);
        on().eventually(() -> write.answer() == Answer.OK);
    }

    @Test
    default void aHeartbeatThatNobodyAcknowledgesFailsInTime() {
        Mysql primary = on().primary();
        primary.requireAcks(1);
        Mysql impatient = on().localFor(1, SHORT);
        assertThrows(MysqlException.class, () -> impatient.heartbeat(1));
        assertThrows(MysqlException.class, impatient::executed);
        assertEquals(1, semiSync(primary).waiting());
    }

    /** So no hand commits on the connection by which it holds the role lock: nobody could act on this server until an acknowledgement came. */
    @Test
    default void aSessionWhoseCommitWaitsKeepsItsRoleLockThoughItIsClosedAndKilled() {
        Mysql primary = on().primary();
        primary.requireAcks(1);
        Mysql impatient = on().localFor(1, SHORT);
        assertTrue(impatient.tryRoleLock(SHORT));
        assertThrows(MysqlException.class, () -> impatient.heartbeat(1));
        impatient.close();
        assertFalse(primary.tryRoleLock(SHORT));
        assertFalse(primary.seizeRoleLock(SHORT));
        primary.requireNoAcks();
        assertTrue(primary.tryRoleLock(LONG));
    }

    @Test
    default void allSessionsButThisOneAreEnded() {
        Mysql one = on().primary();
        Mysql other = on().remote(1);
        one.killSessions();
        assertThrows(MysqlException.class, other::executed);
        assertFalse(one.read().superReadOnly());
    }
}
