package io.autopilot.mysql.search;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Hooks that run at the same time: one, or the two sides of a switchover. They stop together before a step, frozen, and go on together. */
final class Activity {
    final List<Process> processes = new ArrayList<>();
    /** Whoever it rings the bell for takes part in it. */
    final boolean wakesOthers;
    private final List<Thread> waiting = new ArrayList<>();
    /** Nothing of them happens before this was run. */
    private Optional<Runnable> frozen = Optional.empty();
    private int limit;
    private int steps;

    /** @param limit so many calls that change anything; the next one has to wait */
    Activity(int limit, boolean wakesOthers) {
        this.limit = limit;
        this.wakesOthers = wakesOthers;
    }

    int steps() {
        return steps;
    }

    void step(BooleanSupplier killed) {
        Thread thread = Thread.currentThread();
        while (steps >= limit && !killed.getAsBoolean()) {
            waiting.add(thread);
            LockSupport.park();
            waiting.remove(thread);
        }
        steps++;
    }

    boolean isOver() {
        return processes.stream().allMatch(Process::isOver);
    }

    boolean stops() {
        return !waiting.isEmpty();
    }

    void freeze(Runnable thaws) {
        frozen = Optional.of(thaws);
    }

    /** Nobody stops any more. */
    void goOn() {
        limit = Integer.MAX_VALUE;
        frozen.ifPresent(Runnable::run);
        frozen = Optional.empty();
        List.copyOf(waiting).forEach(LockSupport::unpark);
    }

    /** Of a hook that was killed nothing happens but its calls. */
    void forgetFrozen() {
        frozen = Optional.empty();
    }
}
