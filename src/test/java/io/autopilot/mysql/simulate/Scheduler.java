package io.autopilot.mysql.simulate;

import io.autopilot.mysql.fake.VirtualTime;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Virtual time, and threads of which exactly one runs until it waits for something, whatever that is: the same seed is the same run. Time
 * passes only when nobody can run.
 */
public class Scheduler extends VirtualTime {
    private static final Duration SHORTEST_LOOK = Duration.ofMillis(1);
    private static final Duration LONGEST_LOOK = Duration.ofMillis(40);

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private final Queue<Runnable> ready = new ArrayDeque<>();
    private final ThreadFactory threads = onOneCarrier(ready::add);
    private long numbers;
    /** In microseconds. */
    private long now = Duration.ofHours(1).toNanos() / 1000;

    private record Event(long at, long number, Runnable action) {}

    /**
     * Virtual threads that are carried by whoever runs what is given to that executor. The JDK keeps this for its own tests, hence the reflection;
     * with any other kind of thread a scheduler can't see that one waits within the JDK, as in a join.
     */
    private static ThreadFactory onOneCarrier(Executor carrier) {
        try {
            Constructor<?> builder = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                    .getDeclaredConstructor(Executor.class);
            builder.setAccessible(true);
            return ((Thread.Builder.OfVirtual) builder.newInstance(carrier)).factory();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("needs --add-opens java.base/java.lang=ALL-UNNAMED", e);
        }
    }

    @Override
    public Duration uptime() {
        return Duration.ofNanos(now * 1000);
    }

    public final void in(Duration delay, Runnable action) {
        // Rounded up: whoever waits for less than the clock shows would wait for ever.
        events.add(new Event(now + Math.max(0, (delay.toNanos() + 999) / 1000), ++numbers, action));
    }

    /** Its work begins when nobody else runs. */
    public final void start(Runnable work) {
        threads.newThread(work).start();
    }

    /** Lets everything happen that happens in this time; after each step somebody looks, who may end it. */
    public final void run(Duration duration, BooleanSupplier goesOn) {
        long end = now + duration.toNanos() / 1000;
        drain();
        while (goesOn.getAsBoolean()) {
            Event next = events.peek();
            if (next == null || next.at() > end) {
                now = end;
                return;
            }
            events.poll();
            now = next.at();
            next.action().run();
            drain();
        }
    }

    /** Threads that are left would never end. */
    public final void drain() {
        for (Runnable next = ready.poll(); next != null; next = ready.poll()) {
            next.run();
        }
    }

    /** Nothing happens any more of what was to happen; what comes back has it happen later, as if no time had passed. */
    public final Runnable freeze() {
        long then = now;
        List<Event> frozen = events.stream().sorted(events.comparator()).toList();
        events.clear();
        return () -> frozen.forEach(event -> in(Duration.ofNanos((event.at() - then) * 1000), event.action()));
    }

    /** It is as late as that, whatever it was before. */
    public final void set(Duration uptime) {
        now = uptime.toNanos() / 1000;
    }

    @Override
    public void sleep(Duration duration) {
        Task.current().sleep(duration);
    }

    @Override
    public boolean await(BooleanSupplier condition, Duration wait) {
        Duration end = uptime().plus(wait);
        Duration look = SHORTEST_LOOK;
        while (!condition.getAsBoolean()) {
            Duration left = end.minus(uptime());
            if (left.isNegative() || left.isZero()) {
                return false;
            }
            sleep(left.compareTo(look) < 0 ? left : look);
            look = look.compareTo(LONGEST_LOOK) < 0 ? look.multipliedBy(2) : LONGEST_LOOK;
        }
        return true;
    }

    /** The present thread waits; what it is woken for is looked at anew. */
    public final void park(Duration duration, BooleanSupplier wakes) {
        Thread sleeper = Thread.currentThread();
        boolean[] over = new boolean[1];
        in(duration, () -> {
            over[0] = true;
            LockSupport.unpark(sleeper);
        });
        while (!over[0] && !wakes.getAsBoolean()) {
            LockSupport.park();
        }
    }
}
