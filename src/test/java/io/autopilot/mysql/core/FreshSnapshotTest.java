package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FreshSnapshotTest {
    private static final Duration NONE = Duration.ZERO;

    @Test
    void aSnapshotThatIsNearlyAsNewAsTheNextOneIsTaken() {
        worth(false, 0, Duration.ofSeconds(5), NONE);
        worth(false, 120_000, Duration.ofSeconds(5), NONE);
    }

    @Test
    void whatTakesLongerToApplyThanToCopyAnewIsNot() {
        worth(true, 200_000, Duration.ofSeconds(5), NONE);
    }

    @Test
    void ofALargeServerMoreIsAppliedInTheTimeOfACopy() {
        worth(false, 3_600_000, Duration.ofHours(1), NONE);
        worth(true, 36_000_000, Duration.ofHours(1), NONE);
    }

    @Test
    void theWaitEndsBeforeItCostsWhatItSaves() {
        worth(true, 200_000, Duration.ofSeconds(5), Duration.ofSeconds(99));
        worth(false, 200_000, Duration.ofSeconds(5), Duration.ofSeconds(101));
        worth(true, 36_000_000, Duration.ofSeconds(5), Duration.ofMinutes(9));
        worth(false, 36_000_000, Duration.ofSeconds(5), Duration.ofMinutes(11));
    }

    private static void worth(boolean expected, long missing, Duration took, Duration waited) {
        assertEquals(
                expected,
                FreshSnapshot.worthWaitingFor(new SnapshotChoice.Fits("s1", missing, took), waited).isPresent());
    }
}
