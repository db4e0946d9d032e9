package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autopilot.mysql.core.SnapshotRetention.Kept;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SnapshotRetentionTest {
    private static final Instant NOW = Instant.parse("2026-01-31T00:00:00Z");

    /** One a day, the newest first, of which those named are damaged. */
    private static List<Kept> daily(int count, Integer... damaged) {
        return IntStream.range(0, count)
                .mapToObj(day -> new Kept(new SnapshotId("s" + day), NOW.minus(Duration.ofDays(day)), !List.of(damaged).contains(day)))
                .toList();
    }

    private static List<String> removed(SnapshotRetention retention, List<Kept> snapshots) {
        return retention.decide(snapshots, NOW).stream().map(removal -> removal.id().text()).toList();
    }

    @Test
    void keepsTheNewestOnes() {
        assertEquals(List.of("s3", "s4"), removed(new SnapshotRetention(3, Optional.empty(), 2), daily(5)));
        assertEquals(List.of(), removed(new SnapshotRetention(5, Optional.empty(), 2), daily(5)));
    }

    @Test
    void removesWhatIsOlderThanTheAgeButNeverTheLastOnes() {
        SnapshotRetention retention = new SnapshotRetention(100, Optional.of(Duration.ofHours(36)), 3);
        assertEquals(List.of("s3", "s4"), removed(retention, daily(5)));
        assertEquals(List.of("s2", "s3", "s4"), removed(new SnapshotRetention(100, Optional.of(Duration.ofHours(36)), 1), daily(5)));
        assertEquals(List.of(), removed(retention, daily(3)));
    }

    @Test
    void aDamagedOneCountsForNothing() {
        assertEquals(List.of("s5"), removed(new SnapshotRetention(3, Optional.empty(), 2), daily(6, 0, 2)));
        assertEquals(List.of("s3", "s4"), removed(new SnapshotRetention(2, Optional.empty(), 2), daily(5, 1, 3)), "it goes in its turn");
    }

    @Test
    void oneSoundOneStaysWhateverTheNumbersSay() {
        SnapshotRetention none = new SnapshotRetention(0, Optional.of(Duration.ZERO), 0);
        assertEquals(List.of("s2", "s3"), removed(none, daily(4, 0)));
        assertEquals(List.of(), removed(none, daily(4, 0, 1, 2, 3)), "none is sound: nothing is removed");
    }

    @Test
    void saysWhy() {
        List<SnapshotRetention.Removal> removals =
                new SnapshotRetention(3, Optional.of(Duration.ofDays(1)), 1).decide(daily(4), NOW);
        assertEquals("it is older than 86400s", removals.getFirst().reason().text());
        assertEquals("3 newer ones are kept", removals.getLast().reason().text());
    }
}
