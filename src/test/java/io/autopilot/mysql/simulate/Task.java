package io.autopilot.mysql.simulate;

import io.autopilot.mysql.port.LocalState.HookLock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A run of a hook: a process, with all of its threads. It can be killed wherever it waits. */
final class Task {
    private static final ThreadLocal<@Nullable Task> CURRENT = new ThreadLocal<>();

    /** Where it is killed. */
    enum Death {
        BEFORE_THE_CALL,
        /** What it sent arrives all the same, some time later. */
        ON_THE_WAY,
        AFTER_THE_CALL
    }

    final String name;
    final Random random;
    final List<Connection> connections = new ArrayList<>();
    private final Scheduler scheduler;
    private final Optional<SimNode> node;
    private final List<Thread> threads = new ArrayList<>();
    private Optional<HookLock> lock = Optional.empty();
    private boolean killed;
    private int calls;
    private int lastCall = Integer.MAX_VALUE;
    private Death death = Death.BEFORE_THE_CALL;
    private boolean ended;

    /** @param node where it runs; empty for what is on its way and belongs to nobody any more */
    Task(String name, Optional<SimNode> node, Scheduler scheduler, long seed) {
        this.name = name;
        this.node = node;
        this.scheduler = scheduler;
        this.random = new Random(seed);
    }

    static Task current() {
        Task task = CURRENT.get();
        if (task == null) {
            throw new IllegalStateException("nobody may wait here");
        }
        return task;
    }

    /** Runs that in a thread of this task. */
    void start(Runnable work) {
        start(work, failure -> {
            throw new IllegalStateException(failure);
        });
    }

    /** @param fails told of what nobody catches */
    void start(Runnable work, Consumer<Throwable> fails) {
        scheduler.start(() -> {
            CURRENT.set(this);
            threads.add(Thread.currentThread());
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                // Of what was killed, only the killing counts.
                if (!killed) {
                    fails.accept(e);
                }
            }
        });
    }

    void killAt(int call, Death how) {
        lastCall = call;
        death = how;
    }

    /** Counts a call; tells whether, and how, it is the last one. */
    Optional<Death> nextCall() {
        mustLive();
        return ++calls == lastCall ? Optional.of(death) : Optional.empty();
    }

    void mustLive() {
        if (killed) {
            throw new Killed();
        }
    }

    boolean isOver() {
        return killed || ended;
    }

    void end() {
        ended = true;
    }

    void hold(HookLock held) {
        lock = Optional.of(held);
    }

    Killed die() {
        kill();
        return new Killed();
    }

    void kill() {
        if (isOver()) {
            return;
        }
        killed = true;
        lock.ifPresent(held -> node.orElseThrow().state.breakLock(held));
        connections.forEach(Connection::loseClient);
        threads.forEach(LockSupport::unpark);
    }

    void sleep(Duration duration) {
        mustLive();
        scheduler.park(duration, () -> killed);
        mustLive();
        while (node.isPresent() && node.get().isFrozen()) {
            scheduler.park(node.get().frozenFor(), () -> killed);
            mustLive();
        }
    }
}
