package io.autopilot.mysql.adapter.store;

import java.time.Duration;

/**
 * How long one try of a call over a network may take, at most; its deadline may end it before.
 *
 * @param connect to get a connection
 * @param stall without a byte coming or going
 * @param small of a call that moves nothing large
 * @param many of a call that goes through many objects
 * @param leastRate of a large object, in bytes a second: a store that gives a byte now and then must not hold a snapshot up for hours
 */
record Limits(Duration connect, Duration stall, Duration small, Duration many, long leastRate) {
    static final Limits USUAL =
            new Limits(Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofMinutes(5), 32 << 10);

    /** For so many bytes. */
    Duration moving(long bytes) {
        return small.plusSeconds(bytes / leastRate);
    }
}
