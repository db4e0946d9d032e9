package io.autopilot.mysql.fake;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/**
 * Time that passes only when somebody sleeps or a test says so. What runs alongside the test takes turns with it: whoever's sleep ends first
 * goes on, and only one of them at a time, so that each run of a test is the same.
 */
public class VirtualTime implements Ticker, Sleeper {
    /** How often somebody looks who waits. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final PriorityQueue<Turn> sleeping =
            new PriorityQueue<>(Comparator.comparing(Turn::at).thenComparing(Turn::number));
    private final List<Throwable> failures = new ArrayList<>();
    private Runnable meanwhile = () -> {};
    private volatile Duration now = Duration.ofHours(1);
    private long turns;
    private int running;

    /** One that sleeps, until then. */
    private record Turn(Duration at, long number, Semaphore go) {}

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
        Turn own = turn(now.plus(duration));
        Turn next = next();
        if (next != own) {
            next.go().release();
            own.go().acquireUninterruptibly();
        }
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

    private Turn turn(Duration at) {
        Turn turn = new Turn(at, turns++, new Semaphore(0));
        sleeping.add(turn);
        return turn;
    }

    private Turn next() {
        Turn next = sleeping.remove();
        now = next.at().compareTo(now) > 0 ? next.at() : now;
        return next;
    }

    /** What the rest of the world does whenever somebody sleeps; it may sleep itself. */
    public void meanwhile(Runnable others) {
        meanwhile = others;
    }

    /** Begins at the next sleep of whoever runs now. */
    public void alongside(Runnable other) {
        Turn first = turn(now);
        running++;
        Thread.ofPlatform().daemon().start(() -> {
            first.go().acquireUninterruptibly();
            try {
                other.run();
            } catch (RuntimeException | Error e) {
                failures.add(e);
            } finally {
                running--;
                next().go().release();
            }
        });
    }

    /** Until all that runs alongside has ended; fails with what one of them failed with. */
    public void awaitOthers() {
        while (running > 0) {
            sleep(Duration.ofMillis(100));
        }
        if (!failures.isEmpty()) {
            throw new AssertionError("failed alongside", failures.getFirst());
        }
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
