package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LeaseRightTest {
    private final LeaseRight right = new LeaseRight(Duration.ofSeconds(10), Duration.ofSeconds(2));

    @Test
    void holdsUntilTheMarginBeforeTheLeaseEnds() {
        Optional<Duration> heartbeat = Optional.of(Duration.ofSeconds(100));
        assertTrue(right.holds(heartbeat, Duration.ofMillis(107_999)));
        assertFalse(right.holds(heartbeat, Duration.ofSeconds(108)));
    }

    @Test
    void thereIsNoRightWithoutAHeartbeat() {
        assertFalse(right.holds(Optional.empty(), Duration.ZERO));
    }

    @Test
    void refusesAMarginThatEatsTheLease() {
        assertThrows(
                IllegalArgumentException.class, () -> new LeaseRight(Duration.ofSeconds(2), Duration.ofSeconds(2)));
    }
}
