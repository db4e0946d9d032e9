package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class FreshSnapshotTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration NONE = Duration.ZERO;
    private static final Duration TOOK = Duration.ofSeconds(5);

    @Test
    void aSnapshotThatIsNearlyAsNewAsTheNextOneIsTaken() {
        worth(false, 0, DAY, TOOK, NONE);
        worth(false, 26_000, DAY, TOOK, NONE);
    }

    @Test
    void whatTakesLongerToApplyThanToCopyAnewIsNot() {
        worth(true, 27_000, DAY, TOOK, NONE);
    }

    @Test
    void whatWasWrittenInAMomentIsAppliedInAMoment() {
        worth(false, 50_000, Duration.ofMinutes(4), TOOK, NONE);
        worth(true, 50_000, Duration.ofMinutes(6), TOOK, NONE);
        worth(false, 50_000, Duration.ofMinutes(-6), TOOK, NONE);
    }

    @Test
    void ofALargeServerMoreIsAppliedInTheTimeOfACopy() {
        worth(false, 1_000_000, DAY, Duration.ofHours(1), NONE);
        worth(true, 1_600_000, DAY, Duration.ofHours(1), NONE);
    }

    @Test
    void theWaitEndsBeforeItCostsWhatItSaves() {
        worth(true, 40_000, DAY, TOOK, Duration.ofSeconds(99));
        worth(false, 40_000, DAY, TOOK, Duration.ofSeconds(101));
        worth(true, 9_000_000, DAY, TOOK, Duration.ofMinutes(9));
        worth(false, 9_000_000, DAY, TOOK, Duration.ofMinutes(11));
    }

    private static void worth(boolean expected, long missing, Duration age, Duration took, Duration waited) {
        SnapshotChoice.Fits newest = new SnapshotChoice.Fits("s1", missing, NOW.minus(age), took);
        assertEquals(expected, FreshSnapshot.worthWaitingFor(newest, NOW, waited).isPresent());
    }
}
