package io.autopilot.mysql.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DeadlineTest {
    private Duration now = Duration.ofSeconds(100);
    private final Ticker ticker = new Ticker() {
        @Override
        public Duration uptime() {
            return now;
        }

        @Override
        public String bootId() {
            return "boot";
        }
    };
    private final Poll poll = new Poll(pause -> now = now.plus(pause));

    @Test
    void hasNothingLeftAfterItsTimeAndNeverLess() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(5), ticker);
        assertEquals(Duration.ofSeconds(5), deadline.remaining());
        now = Duration.ofSeconds(106);
        assertEquals(Duration.ZERO, deadline.remaining());
        assertTrue(deadline.expired());
    }

    @Test
    void aCallWithinItNeverOutlastsIt() {
        Deadline deadline = Deadline.after(Duration.ofSeconds(5), ticker);
        assertEquals(Duration.ofSeconds(2), deadline.atMost(Duration.ofSeconds(2)).remaining());
        assertEquals(Duration.ofSeconds(5), deadline.atMost(Duration.ofSeconds(9)).remaining());
        assertEquals(Duration.ofSeconds(4), deadline.lessBy(Duration.ofSeconds(1)).remaining());
    }

    @Test
    void pollingEndsWithTheAnswer() {
        AtomicInteger asked = new AtomicInteger();
        Optional<String> answer = poll.until(
                Deadline.after(Duration.ofSeconds(5), ticker),
                Duration.ofSeconds(1),
                () -> asked.incrementAndGet() == 3 ? Optional.of("yes") : Optional.empty());
        assertEquals(Optional.of("yes"), answer);
        assertEquals(Duration.ofSeconds(102), now);
    }

    @Test
    void pollingEndsAtTheDeadlineAndAsksAtLeastOnce() {
        AtomicInteger asked = new AtomicInteger();
        Deadline deadline = Deadline.after(Duration.ofSeconds(3), ticker);
        assertEquals(Optional.empty(), poll.until(deadline, Duration.ofSeconds(1), () -> {
            asked.incrementAndGet();
            return Optional.empty();
        }));
        assertEquals(4, asked.get());
        assertFalse(now.compareTo(Duration.ofSeconds(103)) > 0);
        poll.until(deadline, Duration.ofSeconds(1), () -> {
            asked.incrementAndGet();
            return Optional.empty();
        });
        assertEquals(5, asked.get());
    }
}
