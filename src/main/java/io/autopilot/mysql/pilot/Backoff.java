package io.autopilot.mysql.pilot;

import java.time.Duration;

/** 1, 2, 4 ... 30 s between runs that fail soon; a run of a minute, or one that succeeds, starts the row anew. For one thread. */
final class Backoff {
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration MOST = Duration.ofSeconds(30);
    private static final Duration LONG_RUN = Duration.ofMinutes(1);

    private Duration next = FIRST;

    /** How long to wait after a run that took {@code ran} and ended with that status. */
    Duration after(Duration ran, int status) {
        Duration delay = status == 0 || ran.compareTo(LONG_RUN) >= 0 ? FIRST : next;
        Duration doubled = delay.multipliedBy(2);
        next = doubled.compareTo(MOST) > 0 ? MOST : doubled;
        return delay;
    }
}
