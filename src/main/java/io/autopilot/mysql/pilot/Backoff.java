package io.autopilot.mysql.pilot;

import java.time.Duration;

/** 1, 2, 4 ... 30 s between runs that end soon; a run of a minute starts the row anew. For one thread. */
final class Backoff {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofSeconds(30);
    private static final Duration LONG_RUN = Duration.ofMinutes(1);

    private Duration next = FIRST;

    /** How long to wait after a run that took {@code ran}. */
    Duration after(Duration ran) {
        Duration delay = ran.compareTo(LONG_RUN) >= 0 ? FIRST : next;
        Duration doubled = delay.multipliedBy(2);
        next = doubled.compareTo(MOST) > 0 ? MOST : doubled;
        return delay;
    }
}
