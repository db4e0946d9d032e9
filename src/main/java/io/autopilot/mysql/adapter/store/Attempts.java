package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Deadline;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Ends calls in their middle when their time is up or their run was given up: time-outs of sockets don't end what only is slow. Thread-safe. */
final class Attempts {
    private final ScheduledThreadPoolExecutor timer;

    Attempts() {
        timer = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("store-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    /**
     * One try of a call.
     *
     * @param abort breaks it off, from another thread; more than once does no harm
     */
    Attempt begin(Duration limit, Deadline deadline, Runnable abort) {
        Cancellation.check();
        Duration left = deadline.remaining();
        Attempt attempt = new Attempt(left.compareTo(limit) < 0 ? left : limit, abort);
        attempt.timeOut = timer.schedule(attempt::end, attempt.limit.toNanos(), TimeUnit.NANOSECONDS);
        attempt.held = Cancellation.holding(abort);
        return attempt;
    }

    /** From its beginning until it is closed. */
    static final class Attempt implements AutoCloseable {
        private final Duration limit;
        private final Runnable abort;
        private volatile boolean over;

        @SuppressWarnings("NullAway.Init") // set by begin
        private ScheduledFuture<?> timeOut;

        @SuppressWarnings("NullAway.Init") // set by begin
        private Cancellation.Held held;

        private Attempt(Duration limit, Runnable abort) {
            this.limit = limit;
            this.abort = abort;
        }

        private void end() {
            over = true;
            abort.run();
        }

        /** Whether its time ran out. */
        boolean isOver() {
            return over || limit.isZero();
        }

        Duration limit() {
            return limit;
        }

        @Override
        public void close() {
            timeOut.cancel(false);
            held.close();
        }
    }
}
