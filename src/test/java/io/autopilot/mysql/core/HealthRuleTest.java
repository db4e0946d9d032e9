package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.HealthDecision.BecomeWritable;
import io.autopilot.mysql.core.HealthDecision.Decline;
import io.autopilot.mysql.core.HealthDecision.Diverged;
import io.autopilot.mysql.core.HealthDecision.EndServer;
import io.autopilot.mysql.core.HealthDecision.Fence;
import io.autopilot.mysql.core.HealthDecision.Follow;
import io.autopilot.mysql.core.HealthDecision.ReleaseLease;
import io.autopilot.mysql.core.HealthDecision.Rest;
import io.autopilot.mysql.core.HealthDecision.Serve;
import io.autopilot.mysql.core.HealthDecision.StandBy;
import io.autopilot.mysql.core.HealthDecision.StayOut;
import io.autopilot.mysql.core.HealthDecision.TakeLease;
import io.autopilot.mysql.core.HealthDecision.TakeOver;
import org.junit.jupiter.api.Test;

class HealthRuleTest {
    private final NodeViewBuilder given = new NodeViewBuilder();

    @Test
    void theHolderServesAsPrimary() {
        given.writable().holdsTheLease();
        assertEquals(HealthDecision.Role.PRIMARY, decides(Serve.class).role());
    }

    @Test
    void aHolderThatStoppedWritingBeginsANewTerm() {
        given.holdsTheLease();
        assertEquals(5, decides(TakeLease.class).term());
    }

    @Test
    void aHolderThatIsReadOnlyBecomesWritable() {
        given.isTakingTheLease();
        assertEquals(4, decides(BecomeWritable.class).term());
    }

    @Test
    void aHolderThatCantProveTheLeaseInTimeFencesWhateverConsulSays() {
        given.writable().holdsTheLease().rightToWriteHasEnded();
        because(decides(Fence.class), "could not be proved");
    }

    @Test
    void aReadOnlyHolderWithoutTheRightDoesNotBecomeWritable() {
        given.holdsTheLease().rightToWriteHasEnded();
        decides(StandBy.class);
    }

    @Test
    void aPrimaryKeepsWritingWhileConsulIsAwayAndTheRightHolds() {
        given.writable().consulIsAway();
        decides(StandBy.class);
    }

    @Test
    void aPrimaryFencesWhenConsulIsAwayForTooLong() {
        given.writable().consulIsAway().rightToWriteHasEnded();
        decides(Fence.class);
    }

    @Test
    void aWritableServerFencesWhenAnotherNodeHoldsTheLease() {
        given.writable().otherHoldsTheLease();
        because(decides(Fence.class), "db1 holds the lease, term 4");
    }

    @Test
    void aHolderFencesWhenAHigherTermExists() {
        given.writable().holdsTheLease().knownTerm(5);
        because(decides(Fence.class), "term 5 exists");
    }

    @Test
    void aHolderWhoseDataDirectoryWasReplacedGivesTheLeaseUp() {
        given.leaseTakenForAnotherServer();
        because(decides(ReleaseLease.class), "the lease was taken for server");
    }

    @Test
    void aWritableServerFencesWhenAnotherNodeIsTakingOver() {
        given.writable().holdsTheLease().takeOverByOther();
        because(decides(Fence.class), "db3 is taking over");
    }

    @Test
    void nothingIsStartedWhileAnotherNodeIsTakingOver() {
        given.leaseIsFree(false).takeOverByOther();
        decides(StandBy.class);
    }

    @Test
    void dataOfAnotherClusterStaysOutAndIsNeverWritable() {
        given.foreignData().otherHoldsTheLease();
        because(decides(StayOut.class), "belongs to cluster");
        given.writable().holdsTheLease();
        decides(Fence.class);
    }

    @Test
    void aHolderWhoseMysqldDiedGivesTheLeaseUpWhenAReplicaCanTakeOver() {
        given.holdsTheLease().mysqldIsDown().healthyReplica("db2");
        because(decides(ReleaseLease.class), "db2 can take over");
    }

    @Test
    void aLonePrimaryRestartsInPlace() {
        given.holdsTheLease().mysqldIsDown();
        because(decides(StandBy.class), "restarts in place");
    }

    @Test
    void aReplicaThatFollowsServes() {
        given.otherHoldsTheLease().follows(NodeViewBuilder.PRIMARY).primaryHas("1-9");
        assertEquals(HealthDecision.Role.REPLICA, decides(Serve.class).role());
    }

    @Test
    void aReplicaOfTheWrongServerFollowsTheRightOne() {
        given.otherHoldsTheLease().follows(new Address("10.0.0.77", 3306)).primaryHas("1-9");
        assertEquals(NodeViewBuilder.PRIMARY, decides(Follow.class).primary());
    }

    @Test
    void aReplicaThatIsStillSetUpAsAPrimaryIsNotLeftSo() {
        given.otherHoldsTheLease().follows(NodeViewBuilder.PRIMARY).primaryHas("1-9").isSource();
        because(decides(Follow.class), "wait for acknowledgements");
    }

    @Test
    void nobodyFollowsBeforeItsSetWasComparedWithThePrimarys() {
        given.otherHoldsTheLease();
        because(decides(StandBy.class), "can't be read");
    }

    @Test
    void aServerWithErrantTransactionsStaysOut() {
        given.otherHoldsTheLease().primaryHas("1-8");
        because(decides(Diverged.class), "errant transactions that db1 lacks: " + NodeViewBuilder.UUID + ":9");
    }

    @Test
    void aServerThatLacksWhatThePrimaryHasPurgedDoesNotTryToFollow() {
        given.otherHoldsTheLease().primaryHas("1-20").primaryHasPurged("1-12");
        because(decides(Diverged.class), "db1 has purged the binary logs that this server needs: " + NodeViewBuilder.UUID + ":10-12");
        given.primaryHasPurged("1-9");
        decides(Follow.class);
    }

    @Test
    void aServerNeverFollowsAnotherOneWithItsOwnUuid() {
        given.leaseIsHeldForThisServerByAnotherNode().primaryHas("1-9");
        because(decides(StayOut.class), "the uuid of this one");
    }

    @Test
    void dataOfAnotherClusterIsNeverCalledDivergedWhichWouldHaveItDiscarded() {
        given.foreignData().otherHoldsTheLease().primaryHas("1-8");
        decides(StayOut.class);
    }

    @Test
    void withoutAPrimaryNothingIsCalledDiverged() {
        given.leaseIsFree(true).primaryHas("1-8").upSeconds(1);
        decides(StandBy.class);
        given.consulIsAway();
        decides(StandBy.class);
    }

    @Test
    void aTransactionThatThePrimaryHasSentButNotYetCommittedIsNotErrant() {
        given.primaryIsTheServerThatWrote().follows(NodeViewBuilder.PRIMARY).primaryHas("1-8");
        decides(Serve.class);
    }

    @Test
    void aDeadApplierIsNotHealthy() {
        given.otherHoldsTheLease().follows(NodeViewBuilder.PRIMARY).applierError("1062 Duplicate entry").primaryHas("1-9");
        because(decides(StayOut.class), "1062 Duplicate entry");
    }

    @Test
    void aReceiverThatCantConnectIsNotHealthy() {
        given.otherHoldsTheLease().follows(NodeViewBuilder.PRIMARY).connecting().primaryHas("1-9");
        decides(StandBy.class);
    }

    @Test
    void aReplicaThatLagsTooFarIsNotHealthy() {
        given.otherHoldsTheLease().follows(NodeViewBuilder.PRIMARY).lagsSeconds(61).primaryHas("1-9");
        because(decides(StandBy.class), "lags 61 s");
    }

    @Test
    void aWarmReplicaTakesOverAFreeLease() {
        given.leaseIsFree(false).warm().upSeconds(3);
        assertEquals(5, decides(TakeOver.class).term());
    }

    @Test
    void aColdReplicaGivesTheLastPrimaryTimeToComeBack() {
        given.leaseIsFree(false).upSeconds(19);
        because(decides(StandBy.class), "gets 20 s to come back");
        given.upSeconds(20);
        decides(TakeOver.class);
    }

    @Test
    void theLastPrimaryTakesTheLeaseAgainWithANewTerm() {
        given.leaseIsFreeAfterSelf(false);
        assertEquals(5, decides(TakeLease.class).term());
    }

    @Test
    void theLastPrimaryThatIsStillWritableAndInTimeKeepsItsTerm() {
        given.writable().leaseIsFreeAfterSelf(false);
        assertEquals(4, decides(TakeLease.class).term());
    }

    @Test
    void theLastPrimaryDoesNotComeBackOnceAHigherTermExists() {
        given.leaseIsFreeAfterSelf(false).knownTerm(5).upSeconds(1);
        decides(StandBy.class);
    }

    @Test
    void aPrimaryThatGaveTheLeaseUpLetsAHealthyReplicaGoFirst() {
        given.leaseIsFreeAfterSelf(true).healthyReplica("db2").upSeconds(2);
        because(decides(StandBy.class), "goes first");
        given.upSeconds(30);
        decides(TakeLease.class);
    }

    @Test
    void aWritableServerThatReleasedTheLeaseFences() {
        given.writable().leaseIsFreeAfterSelf(true);
        decides(Fence.class);
    }

    @Test
    void nobodyTakesTheFirstLeaseAgainWhenConsulForgotThePrimary() {
        given.noPrimaryEver();
        because(decides(StandBy.class), "none is recorded");
    }

    @Test
    void aWarmReplicaLetsALastPrimaryThatIsThereGoFirst() {
        given.leaseIsFree(false).warm().lastPrimaryIsPresent();
        because(decides(StandBy.class), "goes first");
    }

    @Test
    void aReplicaDoesNotWaitForAPrimaryThatGaveTheLeaseUp() {
        given.leaseIsFree(true).warm().lastPrimaryIsPresent();
        decides(TakeOver.class);
    }

    @Test
    void aHolderWhoseMysqldHangsKeepsTheLeaseUntilTheWrapperHasEndedIt() {
        given.holdsTheLease().mysqldHangs().healthyReplica("db2");
        decides(StandBy.class);
    }

    @Test
    void aRestoredServerThatNeverJoinedDoesNotTakeOverWithOldData() {
        given.leaseIsFree(true).restoredAndNeverJoined().upSeconds(600);
        because(decides(StandBy.class), "BOOTSTRAP_FROM");
    }

    @Test
    void aReplicaLetsTheNamedSuccessorGoFirst() {
        given.leaseIsFree(true).warm().handedOverTo("db2");
        because(decides(StandBy.class), "handed over to db2");
    }

    @Test
    void aHolderWhoseMysqldCrashedAndIsBackAlreadyStillLetsAReplicaTakeOver() {
        given.holdsTheLease().crashedWhileWritable().healthyReplica("db2");
        decides(ReleaseLease.class);
        given.mysqldHangs();
        decides(ReleaseLease.class);
    }

    @Test
    void aServerThatHangsIsEndedWhenAnotherOneCouldServe() {
        given.holdsTheLease().mysqldHangs().healthyReplica("db2");
        decides(StandBy.class);
        given.acknowledgesNothing();
        because(decides(EndServer.class), "db2 can take over");
        given.failoverHeldBack();
        decides(StandBy.class);
    }

    @Test
    void aServerThatHangsAloneIsLeftToItself() {
        given.holdsTheLease().mysqldHangs().acknowledgesNothing();
        decides(StandBy.class);
    }

    /** Runs that came late are no reason: this one asks for a commit, and what becomes of it decides. */
    @Test
    void aServerThatAnswersIsAskedForACommitFirst() {
        given.holdsTheLease().writable().healthyReplica("db2").acknowledgesNothing();
        decides(Serve.class);
        assertEquals(EndServer.class, HealthRule.endOfUselessServer(given.build()).orElseThrow().getClass());
    }

    @Test
    void aLonePrimaryWhoseMysqldCrashedAndIsBackBeginsANewTerm() {
        given.holdsTheLease().crashedWhileWritable();
        decides(TakeLease.class);
    }

    @Test
    void anApplierThatLooksForTheRelayLogsOfASnapshotsDonorIsSetUpAnew() {
        given.otherHoldsTheLease().applierError("13124 Replica failed to initialize applier metadata").primaryHas("1-9").restoredAndNeverJoined();
        decides(Follow.class);
    }

    @Test
    void p9AnApplierThatLooksForRelayLogsWhichAreGoneIsSetUpAnewWhenTheyCanNotHaveHeldWhatItAcknowledged() {
        given.otherHoldsTheLease().applierError("1872 Replica failed to initialize applier metadata").primaryHas("1-9");
        decides(Follow.class);
        given.acknowledges().primaryHas("1-20");
        decides(StayOut.class);
        given.primaryHas("1-9");
        decides(Follow.class);
    }

    @Test
    void anApplierThatWasInterruptedIsStartedAgain() {
        given.otherHoldsTheLease().applierError("1756 The replica coordinator and worker threads are stopped").primaryHas("1-9");
        decides(Follow.class);
    }

    @Test
    void p9ATornRelayLogThatIsAppliedIsFetchedAgain() {
        given.otherHoldsTheLease().applierError("13121 Relay log read failure").primaryHas("1-9");
        decides(Follow.class);
    }

    /** Not within the last event, then: its disk has lost what is unapplied. */
    @Test
    void p9ADamagedRelayLogIsNoWayToFollow() {
        given.otherHoldsTheLease().applierError("13121 Relay log read failure").hasNotAppliedTheLast().primaryHas("1-9");
        assertTrue(decides(Diverged.class).reason().text().startsWith("the relay log is damaged, and "));
    }

    @Test
    void theFounderTakesTheFirstLease() {
        given.noPrimaryEver().neverHadAPrimary();
        assertEquals(1, decides(TakeLease.class).term());
    }

    @Test
    void anEmptyServerNeverTakesTheLeaseOfAnInitialisedCluster() {
        given.noPrimaryEver().withoutClusterMark();
        decides(StandBy.class);
    }

    @Test
    void aFenceIsNeverPaused() {
        given.writable().otherHoldsTheLease().paused().failoverHeldBack();
        decides(Fence.class);
        given.holdsTheLease().rightToWriteHasEnded().paused();
        decides(Fence.class);
    }

    @Test
    void inAPauseThePrimaryGoesOn() {
        given.writable().holdsTheLease().paused();
        decides(Serve.class);
    }

    @Test
    void inAPauseAReplicaFollowsAndServes() {
        given.otherHoldsTheLease().follows(NodeViewBuilder.PRIMARY).primaryHas("1-9").paused();
        decides(Serve.class);
        given.follows(new Address("10.0.0.77", 3306));
        decides(Follow.class);
    }

    /** Its disk was lost after it had been named: everybody else would wait for it (found by the simulation). */
    @Test
    void aNamedSuccessorThatIsASnapshotByNowLetsOthersGoFirst() {
        given.leaseIsFree(true).warm().restoredAndNeverJoined();
        decides(StandBy.class);
        given.isTheNamedSuccessor();
        because(decides(Decline.class), "db1 handed over to this node");
    }

    @Test
    void inAPauseNobodyTakesOverNotEvenAfterAHandOver() {
        given.leaseIsFree(true).warm().paused();
        because(decides(StandBy.class), "gave the lease up (mysqld died); paused");
        given.afterAHandOver();
        because(decides(StandBy.class), "paused");
    }

    @Test
    void inAPauseAHolderWhoseMysqldDiedKeepsTheLeaseAndRestartsInPlace() {
        given.holdsTheLease().mysqldIsDown().healthyReplica("db2").paused();
        because(decides(StandBy.class), "restarts in place; paused");
    }

    @Test
    void inAPauseTheLastPrimaryTakesTheLeaseAgainThoughAReplicaIsThere() {
        given.leaseIsFreeAfterSelf(true).healthyReplica("db2").upSeconds(2).paused();
        decides(TakeLease.class);
        given.handedOverTo("db2").afterAHandOver();
        decides(TakeLease.class);
    }

    @Test
    void inAPauseEvenTheFounderWaits() {
        given.noPrimaryEver().neverHadAPrimary().paused();
        because(decides(StandBy.class), "paused");
    }

    @Test
    void aFailoverThatIsHeldBackSaysWhy() {
        given.leaseIsFree(false).warm().failoverHeldBack();
        because(decides(StandBy.class), "db1 lost the lease; held back");
        given.holdsTheLease().mysqldIsDown().healthyReplica("db2");
        because(decides(StandBy.class), "restarts in place; held back");
    }

    @Test
    void alsoAPrimaryThatAllItsReplicasHaveLostIsReplacedOnlyWhenNothingHoldsThatBack() {
        given.otherHoldsTheLease().follows(NodeViewBuilder.PRIMARY).allHaveLostThePrimary();
        decides(TakeOver.class);
        given.failoverHeldBack();
        because(decides(StandBy.class), "held back");
        given.inMaintenance();
        because(decides(StandBy.class), "maintenance");
        given.paused();
        because(decides(StandBy.class), "paused");
    }

    @Test
    void aPlannedHandOverIsNoFailover() {
        given.leaseIsFree(true).warm().failoverHeldBack().afterAHandOver();
        decides(TakeOver.class);
    }

    @Test
    void aReplicaInMaintenanceReplicatesButDoesNotServe() {
        given.otherHoldsTheLease().follows(NodeViewBuilder.PRIMARY).primaryHas("1-9").inMaintenance();
        because(decides(Rest.class), "db0 is in maintenance");
        given.follows(new Address("10.0.0.77", 3306));
        decides(Follow.class);
    }

    @Test
    void aNodeInMaintenanceDoesNotTakeOver() {
        given.leaseIsFree(true).warm().afterAHandOver().inMaintenance();
        because(decides(StandBy.class), "maintenance");
    }

    @Test
    void aPrimaryInMaintenanceGoesOn() {
        given.writable().holdsTheLease().inMaintenance();
        decides(Serve.class);
    }

    private <T extends HealthDecision> T decides(Class<T> kind) {
        return assertInstanceOf(kind, HealthRule.decide(given.build()));
    }

    private static void because(HealthDecision decision, String words) {
        assertTrue(decision.reason().text().contains(words), () -> decision.reason().text());
    }
}
