package io.autopilot.mysql.hook;

import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.time.Duration;
import java.util.Optional;

/** Holds what goes to the store back to a rate. Thread-safe. */
public final class Pace {
    private final Optional<Long> bytesPerSecond;
    private final Sleeper sleeper;
    private final Ticker ticker;
    /** Uptime from which on the next bytes may go. */
    private Duration next = Duration.ZERO;

    /** @param bytesPerSecond empty: as fast as it can */
    public Pace(Optional<Long> bytesPerSecond, Sleeper sleeper, Ticker ticker) {
        this.bytesPerSecond = bytesPerSecond;
        this.sleeper = sleeper;
        this.ticker = ticker;
    }

    /** Returns when so many bytes may go. */
    void take(long bytes) {
        bytesPerSecond.ifPresent(rate -> sleeper.sleep(reserve(bytes, rate)));
    }

    private synchronized Duration reserve(long bytes, long rate) {
        Duration now = ticker.uptime();
        Duration from = next.compareTo(now) > 0 ? next : now;
        next = from.plusNanos(Math.round(bytes * 1e9 / rate));
        return from.minus(now);
    }
}
