package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.AckDecision.Admit;
import io.autopilot.mysql.core.AckDecision.Announce;
import io.autopilot.mysql.core.AckDecision.Complete;
import io.autopilot.mysql.core.AckDecision.Keep;
import io.autopilot.mysql.core.AckDecision.Wait;
import io.autopilot.mysql.core.AckView.Replica;
import io.autopilot.mysql.core.Durability.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AckRuleTest {
    private static final String PRIMARY = "p";
    private static final long TERM = 4;

    private final List<Replica> replicas = new ArrayList<>();
    private Durability durability = lossless(entry(0), Optional.empty(), Set.of());
    private SemiSync source = new SemiSync(false, 1, 0, 0, false, false);
    private AckPolicy policy = new AckPolicy(Optional.empty(), false);

    private static Entry entry(int acks, String... members) {
        return new Entry(TERM, PRIMARY, Set.of(members), acks);
    }

    private static Durability lossless(Entry proven, Optional<Entry> next, Set<String> leaving) {
        return new Durability(Durability.Mode.LOSSLESS, proven, next, leaving, Optional.empty(), Optional.empty());
    }

    private AckRuleTest promised(int acks, String... members) {
        durability = lossless(entry(acks, members), Optional.empty(), Set.of());
        source = new SemiSync(acks > 0, Math.max(1, acks), members.length, 0, false, false);
        return this;
    }

    private AckRuleTest becoming(int acks, String... members) {
        durability = durability.withNext(entry(acks, members), durability.leaving());
        return this;
    }

    private AckRuleTest with(String uuid, boolean receiving, boolean caughtUp, boolean acknowledging) {
        replicas.add(new Replica(uuid, uuid, receiving, caughtUp, acknowledging, Optional.empty()));
        return this;
    }

    private AckRuleTest acknowledging(String... uuids) {
        for (String uuid : uuids) {
            with(uuid, true, true, true);
        }
        return this;
    }

    private AckRuleTest unfit(String uuid) {
        replicas.add(new Replica(uuid, uuid, true, true, true, Optional.of(new Reason("is leaving"))));
        return this;
    }

    private AckDecision decide() {
        return AckRule.decide(new AckView(TERM, PRIMARY, durability, source, replicas, policy));
    }

    private AckDecision decideBeforeWrites() {
        return AckRule.beforeWrites(new AckView(TERM, PRIMARY, durability, source, replicas, policy));
    }

    @Test
    void aPrimaryAloneHasNothingToDo() {
        assertInstanceOf(Keep.class, decide());
    }

    /** P1: a member is published before it may acknowledge. */
    @Test
    void aReplicaThatHasCaughtUpIsAnnouncedBeforeItAcknowledges() {
        Announce announce = assertInstanceOf(Announce.class, with("a", true, true, false).decide());
        assertEquals(Optional.of(entry(1, "a")), announce.published().next());
        assertEquals(entry(0), announce.published().proven());
    }

    @Test
    void oneThatLagsOrIsNotConnectedIsNotAnnounced() {
        assertInstanceOf(Keep.class, with("a", true, false, false).with("b", false, true, false).decide());
    }

    /** P1: the server asks for acknowledgements only when somebody can give them, and only a barrier makes it a promise. */
    @Test
    void theServerIsSetOnceSomebodyAcknowledges() {
        assertInstanceOf(Wait.class, becoming(1, "a").with("a", true, true, false).decide());
        replicas.clear();
        Complete complete = assertInstanceOf(Complete.class, acknowledging("a").decide());
        assertEquals(entry(1, "a"), complete.entry());
        assertEquals(Optional.empty(), complete.published().next());
        assertEquals(entry(1, "a"), complete.published().proven());
    }

    @Test
    void aSecondReplicaChangesNothingButTheSet() {
        Admit admit = assertInstanceOf(Admit.class, promised(1, "a").acknowledging("a").with("b", true, true, false).decide());
        assertEquals(entry(1, "a", "b"), admit.published().proven());
        assertEquals(Optional.empty(), admit.published().next());
    }

    /** P1, P2: a member leaves through `next`, is cut off, and only then is it forgotten. */
    @Test
    void aLostReplicaIsAnnouncedToLeaveAndThenCutOff() {
        Announce announce = assertInstanceOf(Announce.class, promised(1, "a", "b").acknowledging("a").decide());
        assertEquals(entry(1, "a", "b"), announce.published().proven());
        assertEquals(Set.of("b"), announce.published().leaving());
        durability = announce.published();
        Complete complete = assertInstanceOf(Complete.class, decide());
        assertEquals(Set.of("b"), complete.cutOff());
        assertEquals(Set.of(), complete.published().leaving());
    }

    @Test
    void oneThatIsLeavingIsCutOffThoughItAcknowledges() {
        Announce announce = assertInstanceOf(Announce.class, promised(1, "a", "b").acknowledging("a").unfit("b").decide());
        assertEquals(Optional.of(entry(1, "a")), announce.published().next());
    }

    /** P1: four members need two acknowledgements, and that rise needs a barrier. */
    @Test
    void oneMoreAcknowledgementIsNotPromisedBeforeTheBarrier() {
        AckDecision decision = promised(1, "a", "b", "c", "d").acknowledging("a", "b", "c", "d").decide();
        Announce announce = assertInstanceOf(Announce.class, decision);
        assertEquals(Optional.of(entry(2, "a", "b", "c", "d")), announce.published().next());
        assertEquals(1, announce.published().proven().acksRequired());
    }

    /** Else it would acknowledge alone what is promised to be on one of the others, or on two (found by the simulation). */
    @Test
    void aMemberJoinsBeforeMoreAcknowledgementsAreAskedFor() {
        AckDecision decision = promised(1, "a", "b", "c").acknowledging("a", "b", "c").with("d", true, true, false).decide();
        Admit admit = assertInstanceOf(Admit.class, decision);
        assertEquals(entry(1, "a", "b", "c", "d"), admit.published().proven());
        assertEquals(Optional.empty(), admit.published().next());
    }

    /** Else one write could be on a member that leaves and on one that comes, which neither two of the old nor two of the new are. */
    @Test
    void aMemberJoinsBeforeAnotherOneLeaves() {
        promised(2, "a", "b", "c", "d").acknowledging("a", "b", "c").with("e", true, true, false);
        Admit admit = assertInstanceOf(Admit.class, decide());
        assertEquals(entry(2, "a", "b", "c", "d", "e"), admit.published().proven());
        durability = admit.published();
        assertEquals(Optional.of(entry(2, "a", "b", "c", "e")), assertInstanceOf(Announce.class, decide()).published().next());
    }

    @Test
    void nobodyJoinsWhileAChangeIsPendingInWhichAcknowledgementsCouldMix() {
        promised(2, "a", "b", "c", "d").becoming(2, "a", "b", "c").with("a", true, true, true).with("b", true, true, false);
        with("c", true, true, false).with("e", true, true, false);
        Announce announce = assertInstanceOf(Announce.class, decide());
        assertEquals(Optional.of(entry(1, "a", "b", "c")), announce.published().next());
    }

    @Test
    void whoWasInAChangeThatCameToNothingIsStillCutOff() {
        becoming(1, "a");
        Announce announce = assertInstanceOf(Announce.class, decide());
        assertEquals(Optional.of(entry(0)), announce.published().next());
        assertEquals(Set.of("a"), announce.published().leaving());
    }

    /** The one acknowledgement that a write has may be that of the member that leaves: then only the old members together keep it (found by the search). */
    @Test
    void theOldMembersArePromisedNoMoreThanIsAskedForWhenOneLeavesAndFewerHaveToAcknowledge() {
        policy = new AckPolicy(Optional.of(2), false);
        Announce announce = assertInstanceOf(Announce.class, promised(2, "a", "b").acknowledging("a").decide());
        assertEquals(entry(1, "a", "b"), announce.published().proven());
        assertEquals(Optional.of(entry(1, "a")), announce.published().next());
    }

    /** Forgetting `next` would forget the writes that were acknowledged under it. */
    @Test
    void aChangeToFewerAcknowledgementsIsNotForgottenForAnotherOne() {
        promised(2, "a", "b", "c", "d").becoming(1, "a", "b").with("c", true, true, true);
        // Only nobody may come after it: what was acknowledged is on this server in any case.
        Announce announce = assertInstanceOf(Announce.class, decide());
        assertEquals(Optional.of(entry(0)), announce.published().next());
    }

    /** What may be on the lost one alone is on this server; a replica that has come back can't stand in for it (found by the simulation). */
    @Test
    void aChangeWhoseMembersAreLostEndsWithoutAnybodyFirst() {
        promised(2, "a", "b").becoming(1, "b").with("a", true, true, false);
        Announce announce = assertInstanceOf(Announce.class, decide());
        assertEquals(Optional.of(entry(0)), announce.published().next());
        assertEquals(Set.of("a", "b"), announce.published().leaving());
        policy = new AckPolicy(Optional.empty(), true);
        assertInstanceOf(Wait.class, decide());
    }

    /** Even where writes must wait: the disk of the only member is lost, and two others could acknowledge (found by the simulation). */
    @Test
    void aMemberThatIsGoneForGoodKeepsNobodyElseOut() {
        policy = new AckPolicy(Optional.empty(), true);
        promised(1, "lost").becoming(1, "lost").with("a", true, true, false).with("b", true, true, false);
        Announce announce = assertInstanceOf(Announce.class, decide());
        assertEquals(Optional.of(entry(1, "a", "b")), announce.published().next());
        assertEquals(Set.of("lost"), announce.published().leaving());
    }

    /** It has lost its replicas to that very successor, and would write its promise away (found by the simulation). */
    @Test
    void aPrimaryThatHasASuccessorChangesNoPromise() {
        promised(1, "a", "b");
        durability = durability.withNext(new Entry(TERM + 1, "a", Set.of("b"), 1), Set.of("a"));
        assertTrue(assertInstanceOf(Wait.class, decide()).reason().text().contains("has begun"));
    }

    @Test
    void withoutAnybodyWritesGoOnUnlessThatIsForbidden() {
        promised(1, "a");
        Announce announce = assertInstanceOf(Announce.class, decide());
        assertEquals(Optional.of(entry(0)), announce.published().next());
        policy = new AckPolicy(Optional.empty(), true);
        Wait wait = assertInstanceOf(Wait.class, decide());
        assertTrue(wait.reason().text().contains("LOSSLESS_STRICT"), wait.reason().text());
    }

    @Test
    void aServerThatDoesNotDoWhatIsPromisedIsSetAgain() {
        promised(1, "a").acknowledging("a");
        source = new SemiSync(false, 1, 1, 0, false, false);
        assertEquals(entry(1, "a"), assertInstanceOf(Complete.class, decide()).entry());
    }

    /** P1: the old term's promise stays until the new term's barrier has passed. */
    @Test
    void aTermBeginsWithWhatItsRecordSays() {
        Entry old = new Entry(3, "q", Set.of("p", "a"), 1);
        durability = Durability.beginning(
                Durability.Mode.LOSSLESS, entry(1, "a"), Optional.of(lossless(old, Optional.empty(), Set.of("z"))));
        assertEquals(old, durability.proven());
        assertEquals(Set.of("p", "z"), durability.leaving());
        Complete complete = assertInstanceOf(Complete.class, acknowledging("a").decide());
        assertEquals(entry(1, "a"), complete.published().proven());
    }

    /** The member that its term began with has lost its disk, and the server takes no writes before it is there. */
    @Test
    void aStrictServerThatTakesNoWritesYetCountsOnThoseWhoHaveAllItHasInsteadOfOneThatIsGone() {
        policy = new AckPolicy(Optional.of(2), true);
        durability = lossless(new Entry(TERM - 1, PRIMARY, Set.of("gone", "b"), 2), Optional.of(entry(1, "gone")), Set.of("b"));
        with("anew", true, true, false).with("b", true, true, false);
        assertInstanceOf(Wait.class, decide(), "of one that takes writes another may be acknowledged by the one that is gone, if it comes back");
        Announce announce = assertInstanceOf(Announce.class, decideBeforeWrites());
        assertEquals(Optional.of(entry(2, "anew", "b")), announce.published().next());
        assertEquals(Set.of("gone"), announce.published().leaving());
        assertEquals(durability.proven(), announce.published().proven());
    }

    @Test
    void oneThatLacksSomethingOrMayNotBeAMemberIsNobodyToCountOn() {
        policy = new AckPolicy(Optional.of(2), true);
        durability = lossless(new Entry(TERM - 1, PRIMARY, Set.of("gone", "b"), 2), Optional.of(entry(1, "gone")), Set.of());
        assertInstanceOf(Wait.class, decideBeforeWrites());
        assertInstanceOf(Wait.class, with("b", true, false, false).decideBeforeWrites());
        assertInstanceOf(Wait.class, unfit("c").decideBeforeWrites());
    }

    @Test
    void aMemberThatIsThereIsWaitedFor() {
        policy = new AckPolicy(Optional.of(2), true);
        durability = lossless(new Entry(TERM - 1, PRIMARY, Set.of("a", "b"), 2), Optional.of(entry(1, "a")), Set.of());
        assertInstanceOf(Wait.class, with("a", true, true, false).with("b", true, true, false).decideBeforeWrites());
    }

    @Test
    void aTermAfterAnAsynchronousOneHasNothingToProve() {
        Durability before = new Durability(
                Durability.Mode.ASYNC, new Entry(3, "q", Set.of(), 0), Optional.empty(), Set.of(), Optional.empty(), Optional.empty());
        Durability begun = Durability.beginning(Durability.Mode.LOSSLESS, entry(1, "a"), Optional.of(before));
        assertEquals(entry(0), begun.proven());
        assertEquals(Optional.of(entry(1, "a")), begun.next());
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,1", "3,1", "4,2", "5,2", "6,3"})
    void halfOfTheMembersHaveToAcknowledge(int members, int acks) {
        assertEquals(acks, new AckPolicy(Optional.empty(), false).acksOf(members));
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "2,2", "5,2"})
    void asManyAsAreAskedForAsFarAsThereAreMembers(int members, int acks) {
        assertEquals(acks, new AckPolicy(Optional.of(2), false).acksOf(members));
    }
}
