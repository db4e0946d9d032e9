package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.PreStartDecision.Announce;
import io.autopilot.mysql.core.PreStartDecision.AskForSnapshot;
import io.autopilot.mysql.core.PreStartDecision.Confirm;
import io.autopilot.mysql.core.PreStartDecision.Discard;
import io.autopilot.mysql.core.PreStartDecision.FoundFrom;
import io.autopilot.mysql.core.PreStartDecision.Initialise;
import io.autopilot.mysql.core.PreStartDecision.Refuse;
import io.autopilot.mysql.core.PreStartDecision.Restore;
import io.autopilot.mysql.core.PreStartDecision.UseData;
import io.autopilot.mysql.core.PreStartDecision.Wait;
import io.autopilot.mysql.core.PreStartDecision.Wipe;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreStartRuleTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private Optional<DataView.Mark> mark = Optional.empty();
    private boolean empty = true;
    private List<String> strangers = List.of();
    private Optional<String> initialized = Optional.empty();
    private boolean pointer;
    private boolean stored;
    private boolean listed;
    private boolean alive;
    private Optional<String> bootstrapFrom = Optional.empty();
    private Optional<String> obeyed = Optional.empty();
    private Optional<Reason> discarded = Optional.empty();
    private boolean paused;
    private Optional<CatchUp> primary = Optional.empty();
    private Optional<SnapshotChoice> snapshots = Optional.empty();
    private Duration waited = Duration.ZERO;

    @Test
    void theFirstNodeEverInitialises() {
        decides(Initialise.class);
    }

    @Test
    void ownDataIsUsed() {
        dataOf("c1", true);
        initialized = Optional.of("c1");
        decides(UseData.class);
    }

    @Test
    void dataOfAnotherClusterIsRefusedAndBothAreNamed() {
        dataOf("c1", true);
        initialized = Optional.of("c2");
        because(decides(Refuse.class), "cluster c1, but Consul's is c2");
    }

    @Test
    void aNodeWithDataPutsTheClusterBackIntoConsul() {
        dataOf("c1", true);
        assertEquals("c1", decides(Announce.class).clusterUuid());
    }

    @Test
    void aFounderThatIsNotConfirmedAnnouncesItself() {
        dataOf("c1", false);
        decides(Announce.class);
        initialized = Optional.of("c1");
        decides(Confirm.class);
    }

    @Test
    void aFounderThatLostTheRaceIsWiped() {
        dataOf("c1", false);
        initialized = Optional.of("c2");
        decides(Wipe.class);
    }

    @Test
    void dataWithoutAMarkIsNeverTouched() {
        empty = false;
        initialized = Optional.of("c1");
        pointer = true;
        because(decides(Refuse.class), "move it away");
    }

    @Test
    void filesOfAnotherLayoutAreNeverTouched() {
        strangers = List.of("ibdata1", "mysql");
        because(decides(Refuse.class), "ibdata1, mysql");
    }

    @Test
    void anEmptyNodeOfAKnownClusterRestoresItsSnapshot() {
        initialized = Optional.of("c1");
        pointer = true;
        decides(Restore.class);
    }

    @Test
    void anEmptyNodeWaitsForTheFirstSnapshotAndNeverInitialises() {
        initialized = Optional.of("c1");
        alive = true;
        because(decides(Wait.class), "no snapshot yet");
    }

    @Test
    void anEmptyNodeOfAClusterWithoutLivingNodesSaysHowToGoOn() {
        initialized = Optional.of("c1");
        because(decides(Wait.class), "BOOTSTRAP_FROM=latest");
    }

    @Test
    void aStoreWithSnapshotsOfAForgottenClusterStopsTheInitialisation() {
        stored = true;
        because(decides(Refuse.class), "BOOTSTRAP_FROM=empty");
    }

    @Test
    void listedNodesStopTheInitialisation() {
        listed = true;
        decides(Wait.class);
    }

    @Test
    void livingNodesStopEvenTheOperatorsBootstrap() {
        listed = true;
        alive = true;
        bootstrapFrom = Optional.of("latest");
        decides(Wait.class);
    }

    @Test
    void theOperatorChoosesTheSnapshotToBeginFrom() {
        stored = true;
        listed = true;
        bootstrapFrom = Optional.of("snap-7");
        assertEquals("snap-7", decides(FoundFrom.class).snapshot());
    }

    @Test
    void theOperatorMayBeginEmpty() {
        stored = true;
        bootstrapFrom = Optional.of("empty");
        decides(Initialise.class);
    }

    @Test
    void aBootstrapWordThatWasLeftBehindDoesNothingInALivingCluster() {
        initialized = Optional.of("c1");
        pointer = true;
        alive = true;
        bootstrapFrom = Optional.of("empty");
        decides(Restore.class);
    }

    @Test
    void allDataLostTheOperatorBeginsAgainFromASnapshot() {
        initialized = Optional.of("c1");
        pointer = true;
        bootstrapFrom = Optional.of("latest");
        decides(FoundFrom.class);
    }

    @Test
    void aWordThatMadeThisClusterIsNotObeyedAgainSinceEveryNodeHasIt() {
        initialized = Optional.of("c2");
        bootstrapFrom = Optional.of("latest");
        obeyed = Optional.of("latest");
        because(decides(Wait.class), "obeyed once");
        pointer = true;
        decides(Restore.class);
    }

    @Test
    void anotherWordThanTheOneThatMadeThisClusterIsObeyed() {
        initialized = Optional.of("c2");
        pointer = true;
        bootstrapFrom = Optional.of("snap-7");
        obeyed = Optional.of("latest");
        decides(FoundFrom.class);
    }

    @Test
    void dataThatIsGivenUpIsDiscardedOnceThereIsAPrimaryAndASnapshotToMakeItAnewOf() {
        givenUp();
        primaryWithSnapshot(new SnapshotChoice.Fits("s2", 0, NOW, Duration.ZERO));
        because(decides(Discard.class), "errant");
    }

    @Test
    void dataThatIsGivenUpStaysWhileNoPrimaryIsThereAndItIsSaidHowToUseItAllTheSame() {
        givenUp();
        because(decides(Wait.class), "remove the file 'discarded'");
    }

    @Test
    void dataThatIsGivenUpStaysWhileNoSnapshotWillDo() {
        givenUp();
        primaryWithSnapshot(new SnapshotChoice.None(new Reason("s1 is too old"), true));
        because(decides(AskForSnapshot.class), "s1 is too old");
    }

    @Test
    void nothingIsDiscardedWhileTheClusterIsPaused() {
        givenUp();
        primaryWithSnapshot(new SnapshotChoice.Fits("s2", 0, NOW, Duration.ZERO));
        paused = true;
        because(decides(Wait.class), "paused");
    }

    @Test
    void dataOfAnotherClusterIsNotDiscardedWhateverWasSaidOfIt() {
        givenUp();
        primaryWithSnapshot(new SnapshotChoice.Fits("s2", 0, NOW, Duration.ZERO));
        dataOf("c2", true);
        because(decides(Refuse.class), "cluster c2");
    }

    @Test
    void aNodeThatWouldHaveALotToCatchUpWaitsForANewSnapshotAndNotForEver() {
        initialized = Optional.of("c1");
        pointer = true;
        primaryWithSnapshot(new SnapshotChoice.Fits("s2", 3_600_000, NOW.minus(Duration.ofHours(2)), Duration.ofSeconds(5)));
        because(decides(AskForSnapshot.class), "s2 lacks what takes more than 60 min to apply");
        waited = Duration.ofMinutes(11);
        decides(Restore.class);
    }

    @Test
    void aDiscardThatWasCutOffIsFinishedWhateverElseIsSo() {
        givenUp();
        empty = true;
        paused = true;
        decides(Discard.class);
    }

    @Test
    void anEmptyNodeDoesNotRestoreWhatItCouldNeverFollowWith() {
        initialized = Optional.of("c1");
        pointer = true;
        primaryWithSnapshot(new SnapshotChoice.None(new Reason("the primary has purged what s1 lacks"), true));
        because(decides(AskForSnapshot.class), "purged");
    }

    private void givenUp() {
        dataOf("c1", true);
        initialized = Optional.of("c1");
        pointer = true;
        discarded = Optional.of(new Reason("errant transactions"));
    }

    private void primaryWithSnapshot(SnapshotChoice choice) {
        primary = Optional.of(new CatchUp(GtidSet.EMPTY, GtidSet.EMPTY, "u1"));
        snapshots = Optional.of(choice);
    }

    private void dataOf(String cluster, boolean confirmed) {
        mark = Optional.of(new DataView.Mark(cluster, confirmed));
        empty = false;
    }

    private <T extends PreStartDecision> T decides(Class<T> kind) {
        DataView view = new DataView(
                mark, empty, strangers, initialized, pointer, stored, listed, alive, bootstrapFrom, obeyed, discarded, paused, primary, snapshots,
                NOW, waited);
        return assertInstanceOf(kind, PreStartRule.decide(view));
    }

    private static void because(PreStartDecision decision, String words) {
        assertTrue(decision.reason().text().contains(words), () -> decision.reason().text());
    }
}
