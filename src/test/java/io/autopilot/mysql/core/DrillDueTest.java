package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DrillDueTest {
    private static final Instant NOW = Instant.parse("2026-01-08T00:00:00Z");
    private static final Duration WEEK = Duration.ofDays(7);

    private Optional<Duration> ttl = Optional.of(WEEK);
    private Optional<SnapshotPointer> newest = Optional.of(pointer("s2"));
    private Optional<Drill> last = Optional.empty();
    private String self = "db2";

    @Test
    void nothingIsVerifiedUnlessSomebodyWantsIt() {
        ttl = Optional.empty();
        notDue("VERIFY_TTL is not set");
    }

    @Test
    void withoutASnapshotThereIsNothingToVerify() {
        newest = Optional.empty();
        notDue("there is no snapshot to verify");
    }

    @Test
    void theFirstSnapshotIsVerifiedByTheFirstReplica() {
        due("no snapshot was verified yet");
        self = "db3";
        notDue("db2 is needed less than db3 and goes first");
        self = "db1";
        notDue("it is up to a replica: db2, db3");
    }

    @Test
    void aWeekLaterItIsDueAgain() {
        drill("s1", Duration.ofDays(6), true);
        notDue("the last one was verified 518400s ago, the next one is due after 604800s");
        drill("s1", Duration.ofDays(7), true);
        due("the last one was verified 604800s ago");
    }

    @Test
    void whatFailedIsTriedAgainAfterAnHourAndANewSnapshotAtOnce() {
        drill("s2", Duration.ofMinutes(59), false);
        notDue("the last one was verified 3540s ago, the next one is due after 3600s");
        drill("s2", Duration.ofMinutes(61), false);
        due("the last one was verified 3660s ago");
        drill("s1", Duration.ofMinutes(1), false);
        due("the last one was verified 60s ago");
    }

    private void drill(String id, Duration ago, boolean passed) {
        last = Optional.of(new Drill(
                new SnapshotId(id),
                "c1",
                "db2",
                NOW.minus(ago),
                Duration.ofSeconds(9),
                MysqlVersion.parse("9.7.4"),
                40,
                passed ? Optional.empty() : Optional.of(new Reason("t is corrupt"))));
    }

    private static SnapshotPointer pointer(String id) {
        return new SnapshotPointer(new SnapshotId(id), NOW.minusSeconds(60), Optional.of(id + ".manifest.json"), Optional.of("c1"));
    }

    private SnapshotDecision decide() {
        return DrillDue.decide(new DrillDue.Facts(NOW, ttl, newest, last, self, self.equals("db1"), Set.of("db2", "db3")));
    }

    private void due(String why) {
        assertEquals(why, assertInstanceOf(SnapshotDecision.Due.class, decide()).reason().text());
    }

    private void notDue(String why) {
        assertEquals(why, assertInstanceOf(SnapshotDecision.NotDue.class, decide()).reason().text());
    }
}
