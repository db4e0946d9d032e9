package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Deadline;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Ends calls in their middle when their time is up or their run was given up: time-outs of sockets don't end what only is slow. Thread-safe. */
final class Attempts {
    private static final int LOOKS_A_STALL = 4;

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
        return new Attempt(timer, left.compareTo(limit) < 0 ? left : limit, abort);
    }

    /** From its beginning until it is closed. */
    static final class Attempt implements AutoCloseable {
        private final ScheduledThreadPoolExecutor timer;
        private final Duration limit;
        private final Runnable abort;
        private final ScheduledFuture<?> end;
        private final Cancellation.Held held;
        private volatile boolean over;
        private volatile boolean stalled;
        private volatile long moved;

        private Attempt(ScheduledThreadPoolExecutor timer, Duration limit, Runnable abort) {
            this.timer = timer;
            this.limit = limit;
            this.abort = abort;
            this.end = timer.schedule(this::end, limit.toNanos(), TimeUnit.NANOSECONDS);
            this.held = Cancellation.holding(abort);
        }

        private void end() {
            over = true;
            abort.run();
        }

        /** Whether its time ran out. */
        boolean isOver() {
            return over || limit.isZero();
        }

        /** Whether it was broken off since nothing moved. */
        boolean isStalled() {
            return stalled;
        }

        Duration limit() {
            return limit;
        }

        /** Something went. */
        void moved() {
            moved = System.nanoTime();
        }

        /** Breaks the call off when nothing moves for so long, until this is closed. */
        Cancellation.Held watching(Duration stall) {
            moved();
            long between = stall.toNanos() / LOOKS_A_STALL;
            ScheduledFuture<?> looks = timer.scheduleWithFixedDelay(() -> look(stall), between, between, TimeUnit.NANOSECONDS);
            return () -> looks.cancel(false);
        }

        private void look(Duration stall) {
            if (System.nanoTime() - moved >= stall.toNanos()) {
                stalled = true;
                abort.run();
            }
        }

        @Override
        public void close() {
            end.cancel(false);
            held.close();
        }
    }
}
