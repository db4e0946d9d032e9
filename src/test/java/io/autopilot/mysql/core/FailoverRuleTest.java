package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.TermRecord.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FailoverRuleTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final FailoverPolicy AUTO = new FailoverPolicy(true, Duration.ofMinutes(10), Duration.ZERO);
    private static final FailoverPolicy STEADY = new FailoverPolicy(true, AUTO.window(), Duration.ofSeconds(5));
    private static final FailoverPolicy MANUAL = new FailoverPolicy(false, AUTO.window(), AUTO.steady());

    private final List<TermRecord> history = new ArrayList<>();
    private ClusterConfig config = ClusterConfig.EMPTY;
    /** When the last primary was last known to write, in seconds after noon. */
    private int lastProof;

    @Test
    void nothingIsHeldBackAsLongAsNobodySaysSo() {
        begins(1, Kind.FOUNDED, 0).livesUntil(100);
        assertEquals(Restraint.NONE, at(101, AUTO));
    }

    @Test
    void aPauseHoldsEverythingBackAndSaysWhoAndWhy() {
        config = config.paused(new ClusterConfig.Pause("db1", "moving house", NOON, Optional.empty()));
        assertEquals("paused on db1 at 2026-01-02T12:00:00Z: moving house", at(9, AUTO).paused().orElseThrow().text());
        assertTrue(at(9, AUTO).failover().isPresent());
    }

    @Test
    void aPauseEndsAtItsTime() {
        config = config.paused(new ClusterConfig.Pause("db1", "", NOON, Optional.of(NOON.plusSeconds(60))));
        assertTrue(at(59, AUTO).paused().isPresent());
        assertEquals(Restraint.NONE, at(60, AUTO));
    }

    @Test
    void maintenanceIsOfOneNode() {
        config = config.maintaining("db2", new ClusterConfig.Maintenance("db1", "", NOON));
        assertEquals(Restraint.NONE, at(1, AUTO));
        config = config.maintaining("db0", new ClusterConfig.Maintenance("db1", "new disk", NOON));
        assertEquals(
                "db0 is in maintenance, by db1 at 2026-01-02T12:00:00Z: new disk",
                at(1, AUTO).maintenance().orElseThrow().text());
    }

    @Test
    void manualFailoverWaitsForAnOrder() {
        begins(4, Kind.FOUNDED, 0).livesUntil(10);
        assertTrue(at(11, MANUAL).heldBack().orElseThrow().text().contains("manage failover"));
        config = config.ordering(new ClusterConfig.Order(4, "db1", NOON, false));
        assertEquals(Restraint.NONE, at(11, MANUAL));
    }

    @Test
    void anOrderIsForOneTermOnlyAndOverrulesAPause() {
        begins(4, Kind.FOUNDED, 0).livesUntil(10);
        config = config.paused(new ClusterConfig.Pause("db1", "", NOON, Optional.empty()));
        config = config.ordering(new ClusterConfig.Order(3, "db1", NOON, false));
        assertTrue(at(11, AUTO).paused().isPresent());
        config = config.ordering(new ClusterConfig.Order(4, "db1", NOON, false));
        assertEquals(Restraint.NONE, at(11, AUTO));
    }

    @Test
    void aSecondFailoverWaitsForTheEndOfTheWindow() {
        begins(1, Kind.FOUNDED, 0).livesUntil(100);
        assertEquals(Restraint.NONE, at(101, AUTO), "the first one");
        begins(2, Kind.FAILOVER, 101).livesUntil(400);
        Reason why = at(401, AUTO).heldBack().orElseThrow();
        assertTrue(why.text().contains("no other one before " + NOON.plusSeconds(101 + 600)), why.text());
        assertTrue(at(700, AUTO).heldBack().isPresent());
        assertEquals(Restraint.NONE, at(701, AUTO), "the window is over");
    }

    @Test
    void whenAskedForAPrimaryThatLivedForAWhileHoldsNothingBack() {
        begins(1, Kind.FOUNDED, 0).livesUntil(100);
        begins(2, Kind.FAILOVER, 101).livesUntil(105);
        assertTrue(at(106, STEADY).heldBack().isPresent(), "it died soon");
        begins(3, Kind.FAILOVER, 110).livesUntil(115);
        assertEquals(Restraint.NONE, at(116, STEADY), "the last one lived");
    }

    @Test
    void aRestartInPlaceNeitherCountsNorEndsTheWindow() {
        begins(1, Kind.FOUNDED, 0).livesUntil(100);
        begins(2, Kind.RESTARTED, 101).livesUntil(102);
        assertEquals(Restraint.NONE, at(103, AUTO));
        begins(3, Kind.FAILOVER, 104).livesUntil(105);
        begins(4, Kind.RESTARTED, 106).livesUntil(107);
        assertTrue(at(108, AUTO).heldBack().isPresent());
    }

    @Test
    void plannedHandOversDoNotCount() {
        begins(1, Kind.FOUNDED, 0).livesUntil(100);
        begins(2, Kind.SWITCHOVER, 101).livesUntil(102);
        begins(3, Kind.SWITCHOVER, 104).livesUntil(105);
        begins(4, Kind.SWITCHOVER, 106).livesUntil(107);
        assertEquals(Restraint.NONE, at(108, AUTO));
    }

    @Test
    void anAcknowledgementEndsIt() {
        begins(1, Kind.FOUNDED, 0).livesUntil(100);
        begins(2, Kind.FAILOVER, 101).livesUntil(102);
        begins(3, Kind.FAILOVER, 104).livesUntil(105);
        config = config.acknowledging(3);
        assertEquals(Restraint.NONE, at(106, AUTO));
    }

    @Test
    void withoutAWindowNothingIsEverHeldBack() {
        begins(1, Kind.FOUNDED, 0).livesUntil(100);
        begins(2, Kind.FAILOVER, 101).livesUntil(102);
        begins(3, Kind.FAILOVER, 104).livesUntil(105);
        assertEquals(Restraint.NONE, at(106, new FailoverPolicy(true, Duration.ZERO, AUTO.steady())));
    }

    private FailoverRuleTest begins(long term, Kind kind, int at) {
        history.add(new TermRecord(
                term, "db" + term, "s" + term, Set.of(), "", GtidSet.EMPTY, NOON.plusSeconds(at), Optional.of(kind), Optional.empty(),
                history.isEmpty() ? Optional.empty() : Optional.of(NOON.plusSeconds(lastProof)), Optional.empty(), Optional.empty(),
                Optional.empty(), List.of()));
        return this;
    }

    private void livesUntil(int proof) {
        lastProof = proof;
    }

    private Restraint at(int seconds, FailoverPolicy policy) {
        Optional<PrimaryRecord> last = history.isEmpty()
                ? Optional.empty()
                : Optional.of(new PrimaryRecord(
                                history.getLast().node(), new Address("10.0.0.1", 3306), history.getLast().term(), "s",
                                PrimaryRecord.State.ESTABLISHED, NOON, Optional.empty())
                        .provedAt(NOON.plusSeconds(lastProof)));
        return FailoverRule.decide("db0", config, policy, last, history, NOON.plusSeconds(seconds));
    }
}
