package io.autopilot.mysql.pilot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    private final Backoff backoff = new Backoff();

    @Test
    void doublesFromOneSecondToThirty() {
        List<Long> seconds =
                Stream.generate(() -> backoff.after(Duration.ofMillis(5), 1).toSeconds()).limit(7).toList();
        assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 30L, 30L), seconds);
    }

    @Test
    void aRunOfAMinuteStartsTheRowAnew() {
        backoff.after(Duration.ofSeconds(1), 1);
        backoff.after(Duration.ofSeconds(59), 1);
        assertEquals(Duration.ofSeconds(1), backoff.after(Duration.ofMinutes(1), 1));
        assertEquals(Duration.ofSeconds(2), backoff.after(Duration.ZERO, 1));
    }

    @Test
    void aRunThatSucceedsDoesSo() {
        backoff.after(Duration.ofSeconds(1), 1);
        backoff.after(Duration.ofSeconds(1), 1);
        assertEquals(Duration.ofSeconds(1), backoff.after(Duration.ofSeconds(1), 0));
        assertEquals(Duration.ofSeconds(2), backoff.after(Duration.ofSeconds(1), 1));
    }
}
