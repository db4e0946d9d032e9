package io.autopilot.mysql.pilot;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The health checks of one job: from its first start on, each interval, also while its program waits for a restart. A passed one
 * is a heartbeat for the job's service; a failed one is not sent, so the service fails when its TTL runs out. Only the
 * {@link Loop}'s thread calls it.
 */
final class HealthChecks {
    private final Life.Job job;
    private final Optional<Registration> registration;
    private final JobState.Ties ties;

    private Optional<Loop.Timer> next = Optional.empty();
    private Optional<Launcher.Run> check = Optional.empty();
    private boolean begun;
    private boolean ended;

    HealthChecks(Life.Job job, Optional<Registration> registration, JobState.Ties ties) {
        this.job = job;
        this.registration = registration;
        this.ties = ties;
    }

    void begin() {
        if (!begun) {
            begun = true;
            job.health().ifPresent(this::checkLater);
        }
    }

    /** Ends a check that runs and makes no more of them. */
    void end() {
        ended = true;
        next.ifPresent(Loop.Timer::cancel);
        check.ifPresent(Launcher.Run::terminate);
    }

    private void checkLater(Life.Health health) {
        next = Optional.of(ties.loop().after(health.interval(), () -> {
            checkLater(health);
            check(health);
        }));
    }

    private void check(Life.Health health) {
        if (health.exec().isEmpty()) {
            passed();
            return;
        }
        if (check.isPresent()) {
            return;
        }
        try {
            Launcher.Run started = ties.launch(health.exec());
            check = Optional.of(started);
            Loop.Timer killer = ties.loop().after(health.timeout(), () -> timedOut(started, health.timeout()));
            started.onExit(status -> ties.loop().post(() -> {
                killer.cancel();
                check = Optional.empty();
                started.terminate();
                checked(status);
            }));
        } catch (IOException e) {
            ties.log().say(EventLog.Level.ERROR, "start-failed", "check", job.name(), "reason", e.getMessage());
            checked(127);
        }
    }

    private void timedOut(Launcher.Run started, Duration timeout) {
        ties.log().say(EventLog.Level.WARN, "timeout", "check", job.name(), "pid", started.pid(), "after", timeout);
        started.kill();
    }

    private void checked(int status) {
        ties.log().say(EventLog.Level.DEBUG, "checked", "check", job.name(), "status", status);
        if (ended) {
            return;
        }
        if (status == 0) {
            passed();
        } else {
            ties.publish(new Event(Event.Kind.UNHEALTHY, job.name()));
        }
    }

    private void passed() {
        ties.publish(new Event(Event.Kind.HEALTHY, job.name()));
        registration.ifPresent(Registration::heartbeat);
    }
}
