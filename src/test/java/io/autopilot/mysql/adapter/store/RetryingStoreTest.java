package io.autopilot.mysql.adapter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import io.autopilot.mysql.port.Ticker;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetryingStoreTest {
    private final AtomicInteger made = new AtomicInteger();
    private final Queue<StoreException> failures = new ArrayDeque<>();
    private final List<Duration> pauses = new ArrayList<>();
    private int calls;
    private Duration now = Duration.ZERO;

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

    private final Sleeper sleeper = pause -> {
        pauses.add(pause);
        now = now.plus(pause);
    };

    private final RetryingStore store = new RetryingStore(this::make, sleeper, new Random(1));

    private SnapshotStore make() {
        made.incrementAndGet();
        return (SnapshotStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SnapshotStore.class}, (proxy, method, arguments) -> {
                    calls++;
                    if (!failures.isEmpty()) {
                        throw failures.remove();
                    }
                    return method.getReturnType() == List.class ? List.of() : method.getReturnType() == SnapshotStore.class ? proxy : null;
                });
    }

    private Deadline in(Duration time) {
        return Deadline.after(time, ticker);
    }

    private static StoreException busy() {
        return StoreException.passing("busy", null, Optional.empty());
    }

    private void busy(int times) {
        for (int i = 0; i < times; i++) {
            failures.add(busy());
        }
    }

    @Test
    void theStoreIsMadeWhenItIsFirstUsedAndOnce() {
        SnapshotStore inner = store.within("place");
        assertThrows(StoreException.class, () -> store.within("../place"));
        assertEquals(0, made.get());
        inner.list(in(Duration.ofSeconds(1)));
        store.list(in(Duration.ofSeconds(1)));
        assertEquals(1, made.get());
    }

    @Test
    void pausesGrowFromATenthOfASecondToNoMoreThanFifteen() {
        busy(12);
        store.list(in(Duration.ofHours(1)));
        assertEquals(13, calls);
        Duration whole = Duration.ofMillis(200);
        for (Duration pause : pauses) {
            Duration most = whole.compareTo(Duration.ofSeconds(15)) < 0 ? whole : Duration.ofSeconds(15);
            assertTrue(pause.compareTo(most.dividedBy(2)) >= 0 && pause.compareTo(most) <= 0, () -> pauses.toString());
            whole = whole.multipliedBy(2);
        }
    }

    @Test
    void whatAnotherTryWouldMeetAgainIsThrownAtOnce() {
        failures.add(new StoreException("forbidden", null));
        assertEquals("forbidden", assertThrows(StoreException.class, () -> store.delete("object", in(Duration.ofHours(1)))).getMessage());
        assertEquals(1, calls);
        assertEquals(List.of(), pauses);
    }

    @Test
    void noPauseReachesBeyondTheDeadline() {
        busy(100);
        StoreException failure = assertThrows(StoreException.class, () -> store.put("object", new byte[0], in(Duration.ofSeconds(2))));
        assertTrue(failure.isTransient());
        assertTrue(now.compareTo(Duration.ofSeconds(2)) < 0, () -> now.toString());
        assertEquals("busy (tried " + calls + " times)", failure.getMessage());
    }

    @Test
    void aStoreThatIsOutIsGivenUpLongBeforeTheDeadlineOfASnapshot() {
        busy(1000);
        now = Duration.ofHours(3);
        assertThrows(StoreException.class, () -> store.get("object", 1, in(Duration.ofHours(12))));
        Duration waited = now.minus(Duration.ofHours(3));
        assertTrue(waited.compareTo(RetryingStore.PATIENCE) <= 0, waited::toString);
        assertTrue(waited.compareTo(RetryingStore.PATIENCE.minusSeconds(16)) > 0, waited::toString);
    }

    @Test
    void whatFailedBeforeTimeRanOutIsSaidToo() {
        busy(2);
        failures.add(StoreException.passing("time is up", null, Optional.empty()));
        StoreException failure = assertThrows(StoreException.class, () -> store.list(in(Duration.ofMillis(700))));
        assertEquals("time is up (tried 3 times); before that: busy", failure.getMessage());
    }

    @Test
    void aCheckHasLessPatience() {
        busy(1000);
        assertThrows(StoreException.class, () -> store.check(in(Duration.ofHours(12))));
        assertTrue(now.compareTo(RetryingStore.PATIENCE_OF_CHECK) <= 0, now::toString);
    }

    @Test
    void theStoreIsNotAskedBeforeItWantsToBe() {
        failures.add(StoreException.passing("slow down", null, Optional.of(Duration.ofSeconds(42))));
        store.places(in(Duration.ofHours(1)));
        assertEquals(List.of(Duration.ofSeconds(42)), pauses);
        failures.add(StoreException.passing("slow down", null, Optional.of(Duration.ofSeconds(42))));
        StoreException failure = assertThrows(StoreException.class, () -> store.deleteAll(in(Duration.ofSeconds(30))));
        assertEquals("slow down; the store asks for 42s before the next try", failure.getMessage());
    }

    @Test
    void anInterruptEndsTheTries() {
        RetryingStore interrupted = new RetryingStore(this::make, pause -> Thread.currentThread().interrupt(), new Random(1));
        busy(1000);
        assertThrows(StoreException.class, () -> interrupted.removeUnfinished(in(Duration.ofHours(1))));
        assertTrue(Thread.interrupted());
        assertEquals(1, calls);
        assertFalse(failures.isEmpty());
    }
}
