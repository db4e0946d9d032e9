package io.autopilot.mysql.port;

import java.time.Duration;

/** A point on the monotonic clock by which work has to be over. Immutable, thread-safe if its ticker is. */
public final class Deadline {
    private final Ticker ticker;
    private final Duration at;

    private Deadline(Ticker ticker, Duration at) {
        this.ticker = ticker;
        this.at = at;
    }

    public static Deadline after(Duration duration, Ticker ticker) {
        return new Deadline(ticker, ticker.uptime().plus(duration));
    }

    /** A deadline at the given uptime. */
    public static Deadline at(Duration uptime, Ticker ticker) {
        return new Deadline(ticker, uptime);
    }

    /** What is left; never negative. */
    public Duration remaining() {
        Duration left = at.minus(ticker.uptime());
        return left.isNegative() ? Duration.ZERO : left;
    }

    public boolean expired() {
        return remaining().isZero();
    }

    /** The earlier of this one and the given duration from now: for one call within a longer piece of work. */
    public Deadline atMost(Duration duration) {
        Deadline other = after(duration, ticker);
        return other.at.compareTo(at) < 0 ? other : this;
    }

    /** This deadline, moved forward to leave the given time for what has to come afterwards. */
    public Deadline lessBy(Duration reserve) {
        return new Deadline(ticker, at.minus(reserve));
    }

    /** The deadline as time since boot. */
    public Duration uptime() {
        return at;
    }
}
