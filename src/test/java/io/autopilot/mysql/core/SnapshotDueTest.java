package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SnapshotDueTest {
    private static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");
    private static final Duration TTL = Duration.ofHours(24);

    private static Optional<SnapshotPointer> aged(Duration age) {
        return Optional.of(new SnapshotPointer(new SnapshotId("s1"), NOW.minus(age), Optional.empty(), Optional.empty()));
    }

    private static final SnapshotSchedule DAILY = new SnapshotSchedule(TTL, Optional.empty());

    private static SnapshotDue.Facts replica(String self, Duration age, String... replicas) {
        return new SnapshotDue.Facts(NOW, aged(age), DAILY, self, true, false, Set.of(replicas), Set.of(), Optional.empty());
    }

    private static SnapshotDue.Facts primary(Optional<SnapshotPointer> last, String... replicas) {
        return new SnapshotDue.Facts(NOW, last, DAILY, "db1", true, true, Set.of(replicas), Set.of(), Optional.empty());
    }

    private static void due(SnapshotDue.Facts facts, String because) {
        assertEquals(because, assertInstanceOf(SnapshotDecision.Due.class, SnapshotDue.decide(facts)).reason().text());
    }

    private static void notDue(SnapshotDue.Facts facts, String because) {
        assertEquals(because, assertInstanceOf(SnapshotDecision.NotDue.class, SnapshotDue.decide(facts)).reason().text());
    }

    @Test
    void thePrimaryTakesTheFirstSnapshotAtOnce() {
        due(primary(Optional.empty()), "the cluster has no snapshot yet");
        notDue(
                new SnapshotDue.Facts(NOW, Optional.empty(), DAILY, "db2", true, false, Set.of("db2"), Set.of(), Optional.empty()),
                "the primary takes the first snapshot");
    }

    @Test
    void nothingIsDueBeforeTheTimeHasRunOut() {
        notDue(
                replica("db2", TTL.minusSeconds(1), "db2"),
                "the last snapshot s1 is 86399s old, the next one is due after 86400s");
        due(replica("db2", TTL, "db2"), "the last snapshot s1 is 86400s old");
    }

    private static SnapshotDue.Facts wished(String self, Optional<String> instead, Duration ago, String... replicas) {
        SnapshotWish wish = new SnapshotWish("db9", instead, 1, "s1 is of no use", NOW.minus(ago));
        return new SnapshotDue.Facts(
                NOW, aged(Duration.ofMinutes(1)), DAILY, self, true, self.equals("db1"), Set.of(replicas), Set.of(), Optional.of(wish));
    }

    @Test
    void aSnapshotThatANodeAsksForIsDueAtOnceWhateverTheClocksSay() {
        due(wished("db2", Optional.of("s1"), Duration.ofHours(-5), "db2", "db3"), "db9 asks for one: s1 is of no use");
        notDue(wished("db3", Optional.of("s1"), Duration.ofMinutes(1), "db2", "db3"), "db2 is needed less than db3 and goes first");
        due(wished("db3", Optional.of("s1"), Duration.ofMinutes(2), "db2", "db3"), "db9 asks for one: s1 is of no use and db2 did nothing");
        due(wished("db1", Optional.of("s1"), Duration.ZERO), "db9 asks for one: s1 is of no use and there is no healthy replica to do it");
    }

    @Test
    void aWishIsFulfilledByAnySnapshotAfterTheOneThatItNames() {
        notDue(
                wished("db2", Optional.of("s0"), Duration.ZERO, "db2"),
                "the last snapshot s1 is 60s old, the next one is due after 86400s");
    }

    @Test
    void thePrimaryTakesItOnlyWhenThereIsNoHealthyReplica() {
        notDue(primary(aged(TTL.multipliedBy(9)), "db2"), "it is up to a replica: db2");
        due(primary(aged(TTL)), "the last snapshot s1 is 86400s old and there is no healthy replica to do it");
    }

    @Test
    void oneReplicaOfSeveralTakesIt() {
        due(replica("db2", TTL, "db2", "db3"), "the last snapshot s1 is 86400s old");
        notDue(replica("db3", TTL, "db2", "db3"), "db2 is needed less than db3 and goes first");
    }

    @Test
    void aReplicaWhoseAcknowledgementsCountIsNeededMore() {
        SnapshotDue.Facts facts =
                new SnapshotDue.Facts(NOW, aged(TTL), DAILY, "db3", true, false, Set.of("db2", "db3"), Set.of("db2"), Optional.empty());
        due(facts, "the last snapshot s1 is 86400s old");
    }

    @ParameterizedTest
    @CsvSource({"30, db3, true", "29, db3, false", "36, db4, true", "35, db4, false"})
    void theNextReplicaTakesItWhenTheOnesBeforeFailTo(long hours, String self, boolean due) {
        SnapshotDecision decision = SnapshotDue.decide(replica(self, Duration.ofHours(hours), "db2", "db3", "db4"));
        assertEquals(due, decision instanceof SnapshotDecision.Due, () -> decision.reason().text());
    }

    @Test
    void anUnhealthyNodeAndOneThatIsNoReplicaTakeNone() {
        notDue(
                new SnapshotDue.Facts(NOW, aged(TTL), DAILY, "db2", false, false, Set.of("db2"), Set.of(), Optional.empty()),
                "this node is not healthy");
        notDue(replica("db9", TTL, "db2"), "this node is no healthy replica");
    }

    @Test
    void aTimeFarInTheFutureDoesNotPutSnapshotsOff() {
        due(replica("db2", TTL.multipliedBy(-2), "db2"), "the last snapshot s1 is -172800s old");
        notDue(
                replica("db2", Duration.ofSeconds(-5), "db2"),
                "the last snapshot s1 is -5s old, the next one is due after 86400s");
    }
}
