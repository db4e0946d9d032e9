package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ElectionTest {
    private static final String OLD = "00000000-0000-0000-0000-00000000000a";
    private static final String STRANGER = "00000000-0000-0000-0000-0000000000ff";

    private final List<Candidate> candidates = new ArrayList<>();
    private final Map<String, Reason> leftOut = new HashMap<>();

    @Test
    void promotesTheMostAdvancedReplica() {
        given("db2", "1-9").given("db3", "1-7");
        ElectionDecision.Promote promote = assertInstanceOf(ElectionDecision.Promote.class, decideFor("db2"));
        assertEquals(set("1-9"), promote.mustHold());
        assertBecause("most advanced", promote);
    }

    @Test
    void yieldsToTheReplicaThatHasMore() {
        given("db2", "1-9").given("db3", "1-7");
        ElectionDecision.Yield yielded = assertInstanceOf(ElectionDecision.Yield.class, decideFor("db3"));
        assertEquals("db2", yielded.to());
        assertBecause(OLD + ":8-9 more", yielded);
    }

    @Test
    void amongEqualsTheOneThatHoldsTheFailoverLockGoesOn() {
        given("db2", "1-9").given("db3", "1-9");
        assertInstanceOf(ElectionDecision.Promote.class, decideFor("db3"));
        assertInstanceOf(ElectionDecision.Promote.class, decideFor("db2"));
    }

    @Test
    void stopsWhenNoSetContainsTheOthers() {
        given("db2", "1-5:7").given("db3", "1-6");
        ElectionDecision.Stop stop = assertInstanceOf(ElectionDecision.Stop.class, decideFor("db2"));
        assertBecause("no node has everything", stop);
        assertBecause("db2=" + OLD + ":6", stop);
    }

    @Test
    void aReplicaWithErrantTransactionsNeitherWinsNorStopsTheElection() {
        given("db2", "1-9");
        candidates.add(new Candidate("db3", GtidSet.parse(OLD + ":1-12," + STRANGER + ":1"), Optional.empty()));
        ElectionDecision.Promote promote = assertInstanceOf(ElectionDecision.Promote.class, decideFor("db2"));
        assertBecause("errant transactions: {db3=" + STRANGER + ":1}", promote);
        assertInstanceOf(ElectionDecision.Stop.class, decideFor("db3"));
    }

    @Test
    void refusesToPromoteWhenEveryReplicaIsErrant() {
        candidates.add(new Candidate("db2", GtidSet.parse(STRANGER + ":1"), Optional.empty()));
        assertBecause("errant", assertInstanceOf(ElectionDecision.Stop.class, decideFor("db2")));
    }

    @Test
    void fetchesWhatOnlyABarredNodeHas() {
        given("db2", "1-7").given("db3", "1-6");
        candidates.add(new Candidate("db1", set("1-9"), Optional.of(new Reason("its mysqld died"))));
        ElectionDecision.FetchFrom fetch = assertInstanceOf(ElectionDecision.FetchFrom.class, decideFor("db2"));
        assertEquals("db1", fetch.node());
        assertEquals(set("8-9"), fetch.missing());
        assertBecause("its mysqld died", fetch);
    }

    @Test
    void aBarredNodeNeverPromotesItself() {
        candidates.add(new Candidate("db1", set("1-9"), Optional.of(new Reason("its mysqld died"))));
        assertInstanceOf(ElectionDecision.Stop.class, decideFor("db1"));
        given("db2", "1-9");
        assertInstanceOf(ElectionDecision.Yield.class, decideFor("db1"));
    }

    @Test
    void itIsSaidOfEachNodeWhatSpeaksForAndAgainstIt() {
        given("db2", "1-9").given("db3", "1-9").given("db4", "1-7");
        candidates.add(new Candidate("db1", set("1-9"), Optional.of(new Reason("was the primary of term 1"))));
        candidates.add(new Candidate("db5", GtidSet.parse(STRANGER + ":1"), Optional.empty()));
        leftOut.put("db6", new Reason("its hooks are silent"));
        assertInstanceOf(ElectionDecision.Promote.class, decideFor("db2"));
        List<String> said = Election.verdicts(new ElectionView("db2", candidates, leftOut, founded())).stream()
                .map(verdict -> verdict.node() + " " + verdict.standing() + ": " + verdict.reason())
                .toList();
        assertEquals(
                List.of(
                        "db1 BARRED: was the primary of term 1",
                        "db2 FIT: has all that the others have",
                        "db3 FIT: has all that the others have; among equals the one that began goes on: db2",
                        "db4 BEHIND: lacks " + OLD + ":8-9",
                        "db5 ERRANT: has errant transactions " + STRANGER + ":1",
                        "db6 OUT: its hooks are silent"),
                said);
    }

    @Test
    void refusesForANodeThatWasNotRead() {
        given("db2", "1-9");
        assertBecause("not among", assertInstanceOf(ElectionDecision.Stop.class, decideFor("db9")));
    }

    /** The last primary has gone with its disk before anybody else had what it began with (found by the simulation). */
    @Test
    void stopsWhenOnlyAnErrantNodeHasWhatTheLastPrimaryBeganWith() {
        given("db2", "1-7");
        candidates.add(new Candidate("db1", GtidSet.parse(OLD + ":1-12"), Optional.empty()));
        TermRecord second = new TermRecord(
                2, "db3", STRANGER, Set.of(), "failover", GtidSet.EMPTY, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.of(set("1-9")), Optional.empty(), Optional.empty(), List.of());
        ElectionDecision.Stop stop = assertInstanceOf(
                ElectionDecision.Stop.class, decide("db2", new Lineage(List.of(second))));
        assertBecause(OLD + ":8-9, which the last primary began with", stop);
        given("db4", "1-9");
        assertInstanceOf(ElectionDecision.Yield.class, decide("db2", new Lineage(List.of(second))));
    }

    private ElectionTest given(String node, String intervals) {
        candidates.add(new Candidate(node, set(intervals), Optional.empty()));
        return this;
    }

    private ElectionDecision decide(String self, Lineage lineage) {
        return Election.decide(new ElectionView(self, candidates, leftOut, lineage));
    }

    private ElectionDecision decideFor(String self) {
        return decide(self, founded());
    }

    private static Lineage founded() {
        TermRecord first = new TermRecord(
                1, "db1", OLD, Set.of(), "founded", GtidSet.EMPTY, Instant.EPOCH, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), List.of());
        return new Lineage(List.of(first));
    }

    private static GtidSet set(String intervals) {
        return GtidSet.parse(OLD + ":" + intervals);
    }

    private static void assertBecause(String words, ElectionDecision decision) {
        assertTrue(decision.reason().text().contains(words), () -> decision.reason().text());
    }
}
