package io.autopilot.mysql.core;

import java.time.Duration;
import java.util.Optional;

/**
 * How long the holder of the lease may write (design, The lease; protocol P7): until the lease time minus a margin after the
 * start of its last heartbeat that succeeded, on the monotonic clock. Nobody else has to trust a clock.
 *
 * @param lease the TTL of the node's check
 * @param margin what a fence needs, so that it is over before anybody else can hold the lease
 */
public record LeaseRight(Duration lease, Duration margin) {
    public LeaseRight {
        if (margin.isNegative() || margin.compareTo(lease) >= 0) {
            throw new IllegalArgumentException("a margin of " + margin + " leaves nothing of a lease of " + lease);
        }
    }

    /** The uptime at which the right ends; empty: there is no right. */
    public Optional<Duration> endsAt(Optional<Duration> lastHeartbeat) {
        return lastHeartbeat.map(start -> start.plus(lease).minus(margin));
    }

    public boolean holds(Optional<Duration> lastHeartbeat, Duration now) {
        return endsAt(lastHeartbeat).filter(end -> now.compareTo(end) < 0).isPresent();
    }
}
