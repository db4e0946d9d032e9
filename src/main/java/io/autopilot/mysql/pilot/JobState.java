package io.autopilot.mysql.pilot;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One job as it lives. Only the {@link Loop}'s thread calls it.
 *
 * <pre>
 *   ARMED  -- its start event ------------------> ACTIVE   the program runs, waits for a restart or for the next event
 *   ARMED, ACTIVE -- halt ----------------------> HALTING  {@code stopping} is published; waits for the jobs that wait for it
 *   HALTING -- those are done ------------------> ENDING   SIGTERM, deregistered; SIGKILL after the stopTimeout
 *   ENDING -- the program is gone --------------> DONE     {@code stopped} is published
 * </pre>
 *
 * A job halts when it has nothing more to do (no restart, no further event) or when the life stops, except a job that waits for
 * {@code stopping} or {@code stopped}: that one halts after its work.
 */
final class JobState {
    private static final int TRY_LATER = 75;
    private static final int NOT_STARTED = 127;
    private static final Duration KILLED_BUT_STILL_THERE = Duration.ofSeconds(2);

    enum Phase {
        ARMED,
        ACTIVE,
        HALTING,
        ENDING,
        DONE
    }

    private final Life.Job job;
    private final boolean isGate;
    private final Ties ties;
    private final Optional<Registration> registration;
    private final HealthChecks health;
    private final Backoff backoff = new Backoff();
    private final List<Loop.Timer> timers = new ArrayList<>();

    private Phase phase = Phase.ARMED;
    private Optional<Launcher.Run> run = Optional.empty();
    private Optional<Loop.Timer> killer = Optional.empty();
    private long startedAt;
    private int starts;
    private boolean againAfterwards;
    private boolean lifeStops;

    /** What a job needs of its surroundings. */
    interface Ties {
        Loop loop();

        EventLog log();

        Duration stopTimeout();

        Launcher.Run launch(List<String> command) throws IOException;

        void publish(Event event);

        /** Jobs that still have to work between this job's {@code stopping} and its SIGTERM. */
        boolean hasDependantsLeft(Life.Job job);

        /** Nothing that waits for this job's success can ever run. */
        void gateFailed(Life.Job job, int status);

        /** Consul is being told that a service is gone; the life isn't over before that. */
        void goodbye(CompletableFuture<Void> told);

        void done(Life.Job job);
    }

    /** @param isGate whether other jobs start only when this one has succeeded */
    JobState(Life.Job job, boolean isGate, Optional<Registration> registration, Ties ties) {
        this.job = job;
        this.isGate = isGate;
        this.registration = registration;
        this.ties = ties;
        this.health = new HealthChecks(job, registration, ties);
    }

    Life.Job job() {
        return job;
    }

    Phase phase() {
        return phase;
    }

    Optional<Launcher.Run> run() {
        return run;
    }

    /** The life begins. */
    void begin() {
        registration.ifPresent(Registration::open);
        switch (job.when()) {
            case Life.When.AtStart ignored -> start();
            case Life.When.Every every -> {
                start();
                tickAfter(every.interval());
            }
            case Life.When.On on -> on.timeout().ifPresent(timeout -> later(timeout, this::giveUpWaiting));
        }
    }

    /** Something was published. */
    void heard(Event event) {
        if (!(job.when() instanceof Life.When.On on) || !on.event().equals(event) || phase.compareTo(Phase.ACTIVE) > 0) {
            return;
        }
        if (phase == Phase.ARMED) {
            start();
        } else if (on.each()) {
            // Events of the time of one run are worth one further run, however many they are.
            if (run.isPresent()) {
                againAfterwards = true;
            } else {
                start();
            }
        }
    }

    /** The life stops: no restarts any more, and a halt unless the job's work is only beginning now. */
    void lifeStops() {
        lifeStops = true;
        boolean stillToWork = job.worksAtTheStop() && (phase == Phase.ARMED || run.isPresent());
        if (!stillToWork) {
            halt();
        }
    }

    /** A job that waited for this one's {@code stopping} may be done now. */
    void dependantsMayBeDone() {
        if (phase == Phase.HALTING && !ties.hasDependantsLeft(job)) {
            end();
        }
    }

    private void start() {
        phase = Phase.ACTIVE;
        starts++;
        startedAt = ties.loop().now();
        health.begin();
        if (job.exec().isEmpty()) {
            return;
        }
        try {
            Launcher.Run started = ties.launch(job.exec());
            run = Optional.of(started);
            say(isRoutine() ? EventLog.Level.DEBUG : EventLog.Level.INFO, "start", "pid", started.pid());
            killer = job.timeout().map(timeout -> ties.loop().after(timeout, () -> timedOut(started, timeout)));
            started.onExit(status -> ties.loop().post(() -> exited(started, status)));
        } catch (IOException e) {
            say(EventLog.Level.ERROR, "start-failed", "reason", e.getMessage());
            ties.loop().post(() -> ended(NOT_STARTED));
        }
    }

    private void timedOut(Launcher.Run started, Duration timeout) {
        say(EventLog.Level.WARN, "timeout", "pid", started.pid(), "after", timeout);
        started.kill();
    }

    private void exited(Launcher.Run ended, int status) {
        killer.ifPresent(Loop.Timer::cancel);
        run = Optional.empty();
        boolean asExpected = status == 0 || phase == Phase.ENDING;
        EventLog.Level level = asExpected ? (isRoutine() ? EventLog.Level.DEBUG : EventLog.Level.INFO) : EventLog.Level.WARN;
        say(level, "exit", "pid", ended.pid(), "status", status, "ran", Duration.ofNanos(ties.loop().now() - startedAt));
        // What the program left behind in its group goes with it.
        ended.terminate();
        ended(status);
    }

    private void ended(int status) {
        ties.publish(new Event(status == 0 ? Event.Kind.EXIT_SUCCESS : Event.Kind.EXIT_FAILED, job.name()));
        switch (phase) {
            case ARMED, DONE -> {}
            case HALTING -> {
                // Waits for its dependants; there is just nothing to end any more.
            }
            case ENDING -> finish();
            case ACTIVE -> continueAfter(status);
        }
    }

    private void continueAfter(int status) {
        if (job.when() instanceof Life.When.Every) {
            if (againAfterwards) {
                againAfterwards = false;
                start();
            }
        } else if (isGate && status == TRY_LATER && !lifeStops) {
            startAfterBackoff(status);
        } else if (mayRestart()) {
            startAfterBackoff(status);
        } else if (job.when() instanceof Life.When.On on && on.each() && !lifeStops) {
            if (againAfterwards) {
                againAfterwards = false;
                start();
            }
        } else {
            if (isGate && status != 0) {
                ties.gateFailed(job, status);
            }
            halt();
        }
    }

    private boolean mayRestart() {
        return !lifeStops && (job.restarts().isEmpty() || starts <= job.restarts().getAsInt());
    }

    private void startAfterBackoff(int status) {
        Duration delay = backoff.after(Duration.ofNanos(ties.loop().now() - startedAt), status);
        say(EventLog.Level.INFO, "restart", "in", delay);
        later(delay, this::start);
    }

    private void tickAfter(Duration interval) {
        later(interval, () -> {
            if (!mayRestart()) {
                halt();
                return;
            }
            tickAfter(interval);
            if (run.isEmpty()) {
                start();
            } else {
                // Its time-out, which is no longer than the interval, ends it any moment.
                againAfterwards = true;
            }
        });
    }

    private void giveUpWaiting() {
        if (phase == Phase.ARMED) {
            say(EventLog.Level.WARN, "gave-up", "reason", "its event did not come in time");
            halt();
        }
    }

    private void halt() {
        if (phase.compareTo(Phase.HALTING) >= 0) {
            return;
        }
        phase = Phase.HALTING;
        timers.forEach(Loop.Timer::cancel);
        health.end();
        ties.publish(new Event(Event.Kind.STOPPING, job.name()));
        dependantsMayBeDone();
    }

    private void end() {
        phase = Phase.ENDING;
        registration.ifPresent(last -> ties.goodbye(last.close()));
        if (run.isEmpty()) {
            finish();
            return;
        }
        Launcher.Run last = run.get();
        say(EventLog.Level.DEBUG, "terminate", "pid", last.pid());
        last.terminate();
        ties.loop().after(ties.stopTimeout(), () -> {
            if (phase == Phase.ENDING) {
                say(EventLog.Level.WARN, "kill", "pid", last.pid(), "reason", "still there after the stopTimeout");
                last.kill();
            }
        });
        ties.loop().after(ties.stopTimeout().plus(KILLED_BUT_STILL_THERE), this::finish);
    }

    private void finish() {
        if (phase == Phase.DONE) {
            return;
        }
        phase = Phase.DONE;
        ties.publish(new Event(Event.Kind.STOPPED, job.name()));
        ties.done(job);
    }

    private void later(Duration delay, Runnable action) {
        timers.removeIf(Loop.Timer::isOver);
        timers.add(ties.loop().after(delay, action));
    }

    /** Runs that come again and again are not worth a line each. */
    private boolean isRoutine() {
        return job.when() instanceof Life.When.Every;
    }

    private void say(EventLog.Level level, String event, @Nullable Object... more) {
        @Nullable Object[] all = new @Nullable Object[more.length + 2];
        all[0] = "job";
        all[1] = job.name();
        System.arraycopy(more, 0, all, 2, more.length);
        ties.log().say(level, event, all);
    }
}
