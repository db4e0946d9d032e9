package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.RebuildDecision.Archive;
import io.autopilot.mysql.core.RebuildDecision.AskForSnapshot;
import io.autopilot.mysql.core.RebuildDecision.GiveUpData;
import io.autopilot.mysql.core.RebuildDecision.KeepOut;
import io.autopilot.mysql.core.RebuildDecision.Nothing;
import io.autopilot.mysql.core.RebuildDecision.StopReceiving;
import io.autopilot.mysql.core.RebuildDecision.StopServer;
import io.autopilot.mysql.core.RebuildDecision.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RebuildRuleTest {
    private static final String OWN = "00000000-0000-0000-0000-00000000000a";
    private static final String PRIMARY = "00000000-0000-0000-0000-00000000000b";

    private boolean marked;
    private boolean up = true;
    private boolean writable;
    private String cluster = "c1";
    private Optional<String> known = Optional.of("c1");
    private String executed = OWN + ":1-9";
    private String ownPurged = "";
    private Optional<ReplicationState> replication = Optional.empty();
    private boolean takeOver;
    private boolean primaryThere = true;
    private String primaryCluster = "c1";
    private String primaryExecuted = OWN + ":1-7," + PRIMARY + ":1-3";
    private String primaryPurged = "";
    private boolean paused;
    private boolean acknowledges;
    private ErrantPolicy policy = ErrantPolicy.REBUILD;
    private boolean obeysPolicy = true;
    private boolean archived;
    private SnapshotChoice snapshots = new SnapshotChoice.Fits("s1", 0, Instant.EPOCH, Duration.ZERO);

    @Test
    void errantTransactionsAreArchivedFirst() {
        because(decides(Archive.class), "errant transactions that db1 lacks: " + OWN + ":8-9");
    }

    @Test
    void archivedDataIsGivenUpForASnapshot() {
        archived = true;
        because(decides(GiveUpData.class), "s1");
    }

    @Test
    void dataThatIsGivenUpHasItsServerStoppedWhateverElseIsSo() {
        marked = true;
        primaryThere = false;
        decides(StopServer.class);
        up = false;
        decides(Nothing.class);
    }

    @Test
    void aServerThatCanFollowIsLeftAlone() {
        executed = OWN + ":1-7";
        decides(Nothing.class);
    }

    @Test
    void withoutAnEstablishedPrimaryNothingIsArchivedOrGivenUp() {
        primaryThere = false;
        archived = true;
        because(decides(Wait.class), "no established primary");
    }

    @Test
    void whileANodeTakesOverNothingIsGivenUp() {
        takeOver = true;
        archived = true;
        decides(Wait.class);
    }

    @Test
    void aServerThatAcceptsWritesIsNeverGivenUp() {
        writable = true;
        archived = true;
        decides(Wait.class);
    }

    @Test
    void dataOfAnotherClusterIsLeftAsItIs() {
        cluster = "c2";
        archived = true;
        because(decides(KeepOut.class), "cluster c2, not to c1");
    }

    @Test
    void aPrimaryOfAnotherClusterIsNoReasonToGiveAnythingUp() {
        primaryCluster = "c2";
        archived = true;
        decides(Wait.class);
    }

    @Test
    void withoutConsulsWordOnTheClusterNothingIsGivenUp() {
        known = Optional.empty();
        archived = true;
        decides(Wait.class);
    }

    @Test
    void aServerThatDoesNotAnswerIsNotGivenUp() {
        up = false;
        archived = true;
        decides(Wait.class);
    }

    @Test
    void nothingIsDoneWhileTheClusterIsPaused() {
        paused = true;
        because(decides(Wait.class), "paused");
    }

    @Test
    void whatIsInNoBinaryLogCantBeArchivedAndSoNothingIsGivenUp() {
        ownPurged = OWN + ":1-8";
        because(decides(KeepOut.class), OWN + ":8 are in no binary log");
    }

    @Test
    void byPolicyTheNodeStaysOutWithItsDataOnceThatIsArchived() {
        policy = ErrantPolicy.STOP;
        decides(Archive.class);
        archived = true;
        because(decides(KeepOut.class), "ERRANT_POLICY=stop");
    }

    @Test
    void anOperatorsWordGoesOverThePolicy() {
        policy = ErrantPolicy.STOP;
        obeysPolicy = false;
        archived = true;
        decides(GiveUpData.class);
    }

    @Test
    void aServerWhoseAcknowledgementsCountLeavesTheAckSetFirst() {
        acknowledges = true;
        archived = true;
        because(decides(Wait.class), "ack set");
    }

    @Test
    void noDataIsGivenUpBeforeThereIsASnapshotToMakeItAnewOf() {
        archived = true;
        snapshots = new SnapshotChoice.None(new Reason("s1 holds transactions that the primary lacks"), true);
        because(decides(AskForSnapshot.class), "s1 holds");
    }

    @Test
    void whatThePrimaryHasPurgedIsHadFromASnapshotAndNeedsNoArchive() {
        executed = OWN + ":1-5";
        primaryPurged = OWN + ":1-6";
        policy = ErrantPolicy.STOP;
        because(decides(GiveUpData.class), "db1 has purged the binary logs that this server needs: " + OWN + ":6");
    }

    /** The receiver of such a server may run on and acknowledge. */
    @Test
    void aDamagedRelayLogIsMadeAnewOnceItsServerHasStoppedToAcknowledge() {
        executed = OWN + ":1-7";
        replication = Optional.of(damaged(ReplicationState.Receiver.ON));
        acknowledges = true;
        because(decides(StopReceiving.class), PRIMARY + ":2-3 in it can't be applied; acknowledgements of this server still count");
        replication = Optional.of(damaged(ReplicationState.Receiver.OFF));
        decides(Wait.class);
        acknowledges = false;
        because(decides(GiveUpData.class), "the relay log is damaged");
    }

    private static ReplicationState damaged(ReplicationState.Receiver receiver) {
        return new ReplicationState(
                new Address("10.0.0.2", 3306),
                "repl",
                receiver,
                false,
                true,
                GtidSet.parse(PRIMARY + ":2-3"),
                Optional.empty(),
                "",
                "13121 Relay log read failure");
    }

    private <T extends RebuildDecision> T decides(Class<T> kind) {
        return assertInstanceOf(kind, RebuildRule.decide(view()));
    }

    private RebuildView view() {
        PrimaryRecord record = new PrimaryRecord(
                "db1",
                new Address("10.0.0.2", 3306),
                5,
                PRIMARY,
                PrimaryRecord.State.ESTABLISHED,
                Instant.EPOCH,
                Optional.empty());
        Evidence evidence = new Evidence(
                "e1",
                "db0",
                OWN,
                "c1",
                "9.7.4",
                5,
                "why",
                Evidence.Fate.of(GtidSet.parse(OWN + ":8-9"), Set.of(OWN), Durability.Mode.ASYNC),
                "/evidence",
                List.of(),
                Instant.EPOCH);
        return new RebuildView(
                marked,
                up,
                up ? Optional.of(server(OWN, writable, executed, ownPurged, replication, cluster)) : Optional.empty(),
                known,
                takeOver,
                primaryThere
                        ? Optional.of(new RebuildView.Primary(
                                record, server(PRIMARY, true, primaryExecuted, primaryPurged, Optional.empty(), primaryCluster)))
                        : Optional.empty(),
                paused,
                acknowledges,
                policy,
                obeysPolicy,
                archived ? Optional.of(evidence) : Optional.empty(),
                snapshots);
    }

    private static ServerState server(
            String uuid, boolean writable, String executed, String purged, Optional<ReplicationState> replication, String cluster) {
        return new ServerState(
                MysqlVersion.parse("9.7.4"),
                uuid,
                !writable,
                !writable,
                false,
                GtidSet.parse(executed),
                GtidSet.parse(purged),
                replication,
                Optional.empty(),
                Duration.ofHours(1),
                Optional.of(cluster),
                4);
    }

    private static void because(RebuildDecision decision, String words) {
        assertTrue(decision.reason().text().contains(words), () -> decision.reason().text());
    }
}
