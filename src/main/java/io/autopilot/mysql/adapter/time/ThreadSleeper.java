package io.autopilot.mysql.adapter.time;

import io.autopilot.mysql.port.Sleeper;
import java.time.Duration;

/** Lets the calling thread sleep. */
public final class ThreadSleeper implements Sleeper {
    @Override
    public void sleep(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
