package io.autopilot.mysql.fake;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.BooleanSupplier;

/** Time that passes only when somebody sleeps or a test says so. */
public class VirtualTime implements Ticker, Sleeper {
    /** How often somebody looks who waits. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private Runnable meanwhile = () -> {};
    private Duration now = Duration.ofHours(1);

    @Override
    public Duration uptime() {
        return now;
    }

    @Override
    public String bootId() {
        return "00000000-0000-0000-0000-0000000b0070";
    }

    @Override
    public void sleep(Duration duration) {
        now = now.plus(duration);
        Runnable others = meanwhile;
        meanwhile = () -> {};
        others.run();
        meanwhile = others;
    }

    /** Lets time pass until that is so, or for so long. False: it is not so. */
    public boolean await(BooleanSupplier condition, Duration wait) {
        Duration end = uptime().plus(wait);
        while (!condition.getAsBoolean()) {
            Duration left = end.minus(uptime());
            if (left.isNegative() || left.isZero()) {
                return false;
            }
            sleep(left.compareTo(LOOK) < 0 ? left : LOOK);
        }
        return true;
    }

    /** What the rest of the world does whenever somebody sleeps; it may sleep itself. */
    public void meanwhile(Runnable others) {
        meanwhile = others;
    }

    public Deadline in(Duration duration) {
        return Deadline.after(duration, this);
    }

    /** The wall clock, which says 1970 when the machine was booted. */
    public Clock clock() {
        return new VirtualClock();
    }

    private final class VirtualClock extends Clock {
        @Override
        public Instant instant() {
            return Instant.EPOCH.plus(uptime());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
