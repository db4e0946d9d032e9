package io.autopilot.mysql.port;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.autopilot.mysql.port.Cancellation.CancelledException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CancellationTest {
    private final Cancellation run = new Cancellation();
    private final List<String> released = new ArrayList<>();

    private <T> void under(Runnable work) {
        run.over(() -> {
            work.run();
            return true;
        });
    }

    @Test
    void whatIsHeldIsReleasedOnceAndWhatWasGivenBackIsNot() {
        under(() -> {
            Cancellation.holding(() -> released.add("lock"));
            Cancellation.holding(() -> released.add("connection"));
            Cancellation.holding(() -> released.add("closed")).close();
        });
        run.cancel(Runnable::run);
        run.cancel(Runnable::run);
        assertEquals(List.of("connection", "lock"), released);
    }

    @Test
    void aRunThatIsGivenUpDoesNothingAndGetsNothingMore() {
        under(Cancellation::check);
        run.cancel(Runnable::run);
        under(() -> assertThrows(CancelledException.class, Cancellation::check));
        under(() -> assertThrows(CancelledException.class, () -> Cancellation.holding(() -> released.add("too late"))));
        assertEquals(List.of("too late"), released);
    }

    @Test
    void itsOtherThreadsAreGivenUpWithIt() throws InterruptedException {
        List<Runnable> carried = new ArrayList<>();
        List<Boolean> cancelled = new ArrayList<>();
        under(() -> carried.add(Cancellation.carried(() -> cancelled.add(Cancellation.isCancelled()))));
        run.cancel(Runnable::run);
        Thread other = Thread.ofPlatform().start(carried.getFirst());
        other.join();
        assertEquals(List.of(true), cancelled);
    }

    @Test
    void nobodyElseIs() {
        run.cancel(Runnable::run);
        assertDoesNotThrow(Cancellation::check);
        assertFalse(Cancellation.isCancelled());
        new Cancellation().over(() -> {
            Cancellation.check();
            return true;
        });
    }
}
