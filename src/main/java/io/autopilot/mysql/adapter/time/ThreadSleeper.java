package io.autopilot.mysql.adapter.time;

import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Sleeper;
import java.time.Duration;

/** Lets the calling thread sleep. */
public final class ThreadSleeper implements Sleeper {
    @Override
    public void sleep(Duration duration) {
        Thread sleeper = Thread.currentThread();
        try (var _ = Cancellation.holding(sleeper::interrupt)) {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            sleeper.interrupt();
        }
        Cancellation.check();
    }
}
