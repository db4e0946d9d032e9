package io.autopilot.mysql.adapter.time;

import io.autopilot.mysql.port.Repeater;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Repeats work in a thread of its own, which doesn't keep the program alive. Thread-safe. */
public final class ThreadRepeater implements Repeater {
    @Override
    public Repetition every(Duration period, Runnable work) {
        CountDownLatch ended = new CountDownLatch(1);
        Thread thread = Thread.ofPlatform().daemon().name("repeater").start(() -> repeat(period, work, ended));
        return () -> end(thread, ended);
    }

    private static void repeat(Duration period, Runnable work, CountDownLatch ended) {
        try {
            while (!ended.await(period.toMillis(), TimeUnit.MILLISECONDS)) {
                work.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void end(Thread thread, CountDownLatch ended) {
        ended.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
