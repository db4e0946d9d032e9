package io.autopilot.mysql.search;

import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.LocalState.HookLock;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.simulate.Killed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A run of a hook, with all of its threads and connections. What it has asked and was told is all that it knows. */
final class Process {
    private static final ThreadLocal<@Nullable Process> CURRENT = new ThreadLocal<>();

    /** Nothing happens meanwhile but what another hook of the same activity does: looks that are more frequent only take time. */
    private static final Duration SHORTEST_SLEEP = Duration.ofMillis(150);

    private static final int MOST_CALLS = 2000;

    final Machine machine;
    final Activity activity;
    private final SearchClock clock;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Mysql> connections = new ArrayList<>();
    private final Map<String, String> answers = new TreeMap<>();
    private final StringBuilder knowledge = new StringBuilder();
    private final Map<String, Long> lastRead = new TreeMap<>();
    private Optional<HookLock> lock = Optional.empty();
    private int callsSincePause;
    private boolean killed;
    private boolean orphaned;
    private boolean ended;

    Process(Machine machine, Activity activity, SearchClock clock) {
        this.machine = machine;
        this.activity = activity;
        this.clock = clock;
    }

    static Process current() {
        Process process = CURRENT.get();
        if (process == null) {
            throw new IllegalStateException("nobody may wait here");
        }
        return process;
    }

    void start(Runnable work, Consumer<Throwable> fails) {
        clock.start(() -> {
            CURRENT.set(this);
            threads.add(Thread.currentThread());
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                // Of what was killed, only the killing counts.
                if (!killed && !orphaned) {
                    fails.accept(e);
                }
            }
        });
    }

    void sleep(Duration duration) {
        mustLive();
        callsSincePause = 0;
        clock.park(duration.compareTo(SHORTEST_SLEEP) < 0 ? SHORTEST_SLEEP : duration, () -> killed || orphaned);
        mustLive();
    }

    void mustLive() {
        if (killed || orphaned) {
            throw new Killed();
        }
    }

    /** Before a call that changes anything. Only here a hook stops half-way; a call that was on its way when it was killed arrives all the same. */
    void step() {
        mustLive();
        activity.step(() -> killed);
        if (killed) {
            throw new Killed();
        }
    }

    /** A call takes no time here: a hook that only asks, without a pause, would go on doing so for ever. */
    void call() {
        mustLive();
        if (++callsSincePause > MOST_CALLS) {
            throw new IllegalStateException("asks again and again without a pause");
        }
    }

    boolean isOver() {
        return killed || ended;
    }

    boolean isOrphaned() {
        return orphaned;
    }

    void end() {
        ended = true;
        connections.forEach(Mysql::close);
    }

    void hold(HookLock held) {
        lock = Optional.of(held);
    }

    void hold(Mysql connection) {
        connections.add(connection);
    }

    /** All of it is gone; the servers notice at once. */
    void kill() {
        if (isOver()) {
            return;
        }
        killed = true;
        lock.ifPresent(machine.state::breakLock);
        connections.forEach(Mysql::close);
        threads.forEach(LockSupport::unpark);
        clock.drain();
    }

    /** It is gone but for what it has sent, and the servers' sessions that this is sent on. */
    void orphan() {
        orphaned = true;
        lock.ifPresent(machine.state::breakLock);
        threads.forEach(LockSupport::unpark);
        clock.drain();
    }

    /** To be told the same once more teaches nothing. */
    void learn(String question, String answer) {
        if (!answer.equals(answers.put(question, answer))) {
            knowledge.append(question).append('=').append(answer).append('\n');
        }
    }

    void hasRead(KvEntry entry) {
        lastRead.put(entry.key(), entry.modifyIndex());
    }

    /** What it knows, and which keys have changed since it read them. */
    String described(Function<String, Long> indexNow) {
        StringBuilder text = new StringBuilder(machine.name).append(isOver()).append(orphaned);
        lastRead.forEach((key, index) -> text.append(key).append(index.equals(indexNow.apply(key))));
        return text.append(knowledge).toString();
    }
}
