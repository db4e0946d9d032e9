package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.WordDecision.Change;
import io.autopilot.mysql.core.WordDecision.Nothing;
import io.autopilot.mysql.core.WordDecision.Refuse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WordRuleTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final Word.Pause PAUSE = new Word.Pause(Optional.empty(), Optional.empty());

    private ClusterConfig config = ClusterConfig.EMPTY;
    private boolean damaged;
    private Optional<Durability> durability = Optional.empty();
    private boolean held = true;
    private Instant now = NOON;
    private Optional<PrimaryRecord> primary = Optional.of(new PrimaryRecord(
                    "db0", new Address("10.0.0.1", 3306), 4, "s0", PrimaryRecord.State.ESTABLISHED, NOON, Optional.empty())
            .provedAt(NOON));

    @Test
    void aPauseSaysWhoWhyAndForHowLong() {
        Change change = says(new Word.Pause(Optional.of("moving house"), Optional.of(Duration.ofMinutes(30))), Change.class);
        assertEquals(
                new ClusterConfig.Pause("db1", "moving house", NOON, Optional.of(NOON.plusSeconds(1800))),
                change.to().pause().orElseThrow());
        assertTrue(change.reason().text().startsWith("paused on db1 at " + NOON), change.toString());
    }

    @Test
    void aPauseThatIsSaidAgainStaysAsItWas() {
        config = says(new Word.Pause(Optional.of("moving house"), Optional.empty()), Change.class).to();
        now = NOON.plusSeconds(60);
        says(PAUSE, Nothing.class);
        ClusterConfig.Pause longer = says(new Word.Pause(Optional.empty(), Optional.of(Duration.ofMinutes(5))), Change.class)
                .to()
                .pause()
                .orElseThrow();
        assertEquals("moving house", longer.reason());
        assertEquals(NOON, longer.since());
        assertEquals(Optional.of(NOON.plusSeconds(360)), longer.until());
    }

    @Test
    void aPauseWhoseTimeIsOverIsBegunAnew() {
        config = says(new Word.Pause(Optional.of("old"), Optional.of(Duration.ofMinutes(1))), Change.class).to();
        now = NOON.plusSeconds(61);
        ClusterConfig.Pause pause = says(PAUSE, Change.class).to().pause().orElseThrow();
        assertEquals(now, pause.since());
        assertEquals("", pause.reason());
    }

    @Test
    void resumingEndsThePauseAndNoMaintenance() {
        says(new Word.Resume(), Nothing.class);
        config = says(PAUSE, Change.class).to();
        config = says(new Word.Maintain("db2", Optional.empty()), Change.class).to();
        Change change = says(new Word.Resume(), Change.class);
        assertTrue(change.reason().text().contains("still in maintenance: db2"), change.toString());
        assertEquals(Set.of("db2"), change.to().maintenance().keySet());
        assertEquals(Optional.empty(), change.to().pause());
    }

    @Test
    void maintenanceBeginsOnceAndEnds() {
        config = says(new Word.Maintain("db2", Optional.of("new disk")), Change.class).to();
        says(new Word.Maintain("db2", Optional.empty()), Nothing.class);
        config = says(new Word.Return("db2"), Change.class).to();
        assertEquals(ClusterConfig.EMPTY, config);
        says(new Word.Return("db2"), Nothing.class);
    }

    @Test
    void maintenanceIsForARegisteredNodeThatIsNotThePrimary() {
        assertTrue(says(new Word.Maintain("db9", Optional.empty()), Refuse.class).reason().text().contains("db0, db1, db2"));
        assertTrue(says(new Word.Maintain("db0", Optional.empty()), Refuse.class).reason().text().contains("is the primary"));
    }

    @Test
    void maintenanceOfANodeThatIsGoneCanEnd() {
        config = config.maintaining("db9", new ClusterConfig.Maintenance("db1", "", NOON));
        says(new Word.Return("db9"), Change.class);
    }

    @Test
    void failoversAreAcknowledgedUpToTheNewestTerm() {
        config = says(new Word.Acknowledge(), Change.class).to();
        assertEquals(4, config.acknowledged());
        says(new Word.Acknowledge(), Nothing.class);
    }

    @Test
    void aFailoverIsOrderedOnceForTheTermThatIsToEnd() {
        held = false;
        config = says(new Word.Failover(false), Change.class).to();
        assertTrue(config.orders(4));
        says(new Word.Failover(false), Nothing.class);
        assertEquals(Optional.empty(), config.afterTakeOver().order());
    }

    @Test
    void noFailoverIsDueWhileThePrimaryWrites() {
        now = NOON.plusSeconds(9);
        assertTrue(says(new Word.Failover(false), Refuse.class).reason().text().contains("db0 holds the lease and wrote 9 s ago"));
        now = NOON.plusSeconds(10);
        says(new Word.Failover(false), Change.class);
    }

    @Test
    void withoutAnyPrimaryThereIsNothingToFailOver() {
        primary = Optional.empty();
        assertTrue(says(new Word.Failover(false), Refuse.class).reason().text().contains("manage adopt"));
    }

    @Test
    void whatCantBeReadIsReplacedByAResumeOnly() {
        damaged = true;
        config = config.paused(new ClusterConfig.Pause("every node", "the key can't be read", NOON, Optional.empty()));
        assertTrue(says(PAUSE, Refuse.class).reason().text().contains("can't be read"));
        says(new Word.Acknowledge(), Refuse.class);
        assertEquals(ClusterConfig.EMPTY, says(new Word.Resume(), Change.class).to());
    }

    @Test
    void aFailoverWithoutAQuorumSaysWhatMayBeLost() {
        held = false;
        durability = Optional.of(new Durability(
                Durability.Mode.LOSSLESS,
                new Durability.Entry(4, "u", Set.of("a", "b"), 1),
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                Optional.empty()));
        Change change = says(new Word.Failover(true), Change.class);
        assertTrue(change.reason().text().contains("fewer than 2 of the 2 servers"), change.reason().text());
        assertTrue(change.reason().text().contains("may be lost for good"), change.reason().text());
        assertTrue(change.to().order().orElseThrow().withoutQuorum());
    }

    private <T extends WordDecision> T says(Word word, Class<T> kind) {
        TermRecord term = new TermRecord(
                4, "db0", "s0", Set.of(), "", GtidSet.EMPTY, NOON, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), List.of());
        WordView view = new WordView(
                "db1", config, damaged, primary, durability, held, Set.of("db0", "db1", "db2"), List.of(term), Duration.ofSeconds(10), now);
        return assertInstanceOf(kind, WordRule.decide(word, view));
    }
}
