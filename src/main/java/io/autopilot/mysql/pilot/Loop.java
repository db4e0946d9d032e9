package io.autopilot.mysql.pilot;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread on which everything is decided, so that no state needs a lock. {@link #post} may be called from any thread and
 * never blocks, however much is queued; everything else is for the loop's own thread.
 */
final class Loop {
    private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>(Comparator.comparingLong(timer -> timer.due));
    private final LongSupplier nanos;

    /** @param nanos a clock that never goes back, such as {@code System::nanoTime} */
    Loop(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Something that is done later unless it is cancelled before. */
    static final class Timer {
        private final long due;
        private final Runnable action;
        private boolean over;

        private Timer(long due, Runnable action) {
            this.due = due;
            this.action = action;
        }

        void cancel() {
            over = true;
        }

        /** Whether it was cancelled or is done. */
        boolean isOver() {
            return over;
        }
    }

    void post(Runnable action) {
        queue.add(action);
    }

    Timer after(Duration delay, Runnable action) {
        Timer timer = new Timer(nanos.getAsLong() + delay.toNanos(), action);
        timers.add(timer);
        return timer;
    }

    long now() {
        return nanos.getAsLong();
    }

    void runUntil(BooleanSupplier done) throws InterruptedException {
        while (!done.getAsBoolean()) {
            Runnable next = next();
            if (next != null) {
                next.run();
            }
        }
    }

    /** Timers that are due come first: a flood of events must not put a time-out off. */
    private @Nullable Runnable next() throws InterruptedException {
        timers.removeIf(Timer::isOver);
        Timer first = timers.peek();
        if (first == null) {
            return queue.take();
        }
        long left = first.due - nanos.getAsLong();
        if (left <= 0) {
            timers.remove(first);
            first.over = true;
            return first.action;
        }
        return queue.poll(left, TimeUnit.NANOSECONDS);
    }
}
