package io.autopilot.mysql.pilot;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Lives a {@link Life}: starts the jobs at their events, watches Consul, and stops everything in its order. Used once.
 *
 * <p>On {@link #stop} all jobs hear of it together. A job that nobody waits for gets SIGTERM at once, an event job in the middle
 * of a run too, and events that are still queued start nothing. A job whose {@code stopping} others wait for gets its SIGTERM
 * when those have ended; after the stopTimeout SIGKILL follows. {@code stopped} means that the process is gone.
 */
public final class Supervisor {
    private static final int NEVER_CAME_TO_ITS_END = 70;
    private static final Duration LAST_WORDS_TO_CONSUL = Duration.ofSeconds(5);

    private final Life life;
    private final Map<String, String> environment;
    private final Launcher launcher;
    private final Agent agent;
    private final EventLog log;
    private final Loop loop;
    private final List<JobState> jobs = new ArrayList<>();
    private final List<ExecutorService> registrars = new ArrayList<>();
    private final List<CompletableFuture<Void>> goodbyes = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);

    private boolean stopping;
    private int outcome;
    private volatile int status = NEVER_CAME_TO_ITS_END;

    Supervisor(Life life, Map<String, String> environment, Launcher launcher, Agent agent, EventLog log, LongSupplier nanos) {
        this.life = life;
        this.environment = Map.copyOf(environment);
        this.launcher = launcher;
        this.agent = agent;
        this.log = log;
        this.loop = new Loop(nanos);
    }

    /**
     * One that talks to a real Consul.
     *
     * @param environment what the jobs get, with CONTAINERPILOT_PID and the like added
     * @throws IOException when the authorities for Consul's certificate can't be read
     */
    public static Supervisor of(Life life, Map<String, String> environment, Launcher launcher, EventLog log) throws IOException {
        return new Supervisor(life, environment, launcher, HttpAgent.at(life.consul()), log, System::nanoTime);
    }

    /**
     * Returns when every job is done.
     *
     * @return the exit status of a job that others had to wait for and that failed for good, else 0
     */
    public int run() throws InterruptedException {
        List<Thread> watches = new ArrayList<>();
        try {
            for (Life.Job job : life.jobs()) {
                jobs.add(new JobState(job, isGate(job), registration(job), new SupervisorTies()));
            }
            jobs.forEach(JobState::begin);
            for (Life.Watch watch : life.watches()) {
                WatchLoop watching = new WatchLoop(watch, agent, this::publish, log);
                watches.add(Thread.ofVirtual().name(watch.source()).start(watching));
            }
            loop.runUntil(() -> jobs.stream().allMatch(state -> state.phase() == JobState.Phase.DONE));
            awaitGoodbyes();
            log.say(EventLog.Level.INFO, "over", "status", outcome);
            status = outcome;
            return outcome;
        } finally {
            watches.forEach(Thread::interrupt);
            registrars.forEach(ExecutorService::shutdownNow);
            over.countDown();
        }
    }

    /** Begins the stop; returns at once. From any thread, as often as you like. */
    public void stop(String reason) {
        loop.post(() -> beginStop(reason));
    }

    /** Waits until {@link #run} is about to return, and gives what it returns; 70 if it throws. From any thread but that one. */
    public int awaitEnd() throws InterruptedException {
        over.await();
        return status;
    }

    private void beginStop(String reason) {
        if (stopping) {
            return;
        }
        stopping = true;
        log.say(EventLog.Level.INFO, "stop", "reason", reason);
        jobs.forEach(JobState::lifeStops);
    }

    /** Delivered through the queue, so that every job hears the events in one order and none is in the middle of another. */
    private void publish(Event event) {
        loop.post(() -> {
            log.say(EventLog.Level.DEBUG, "event", "kind", event.kind(), "source", event.source());
            jobs.forEach(state -> state.heard(event));
        });
    }

    private boolean isGate(Life.Job job) {
        return job.restarts().orElse(1) == 0
                && !(job.when() instanceof Life.When.On on && on.each())
                && life.jobs().stream().anyMatch(other -> other.waitsFor(Event.Kind.EXIT_SUCCESS, job.name()));
    }

    private Optional<Registration> registration(Life.Job job) {
        return job.service().map(service -> {
            ExecutorService registrar = Executors.newSingleThreadExecutor(Thread.ofVirtual().name(service.id()).factory());
            registrars.add(registrar);
            return new Registration(service, job.health().orElseThrow().ttl(), agent, registrar, log);
        });
    }

    private void awaitGoodbyes() throws InterruptedException {
        try {
            CompletableFuture.allOf(goodbyes.toArray(CompletableFuture[]::new))
                    .get(LAST_WORDS_TO_CONSUL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.say(EventLog.Level.WARN, "consul", "reason", "it did not answer a deregistration in time");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a deregistration failed unexpectedly", e.getCause());
        }
    }

    /** What ContainerPilot adds for its jobs: its own pid, the address of each service, the pid of each program that runs. */
    private Map<String, String> jobEnvironment() {
        Map<String, String> extended = new HashMap<>(environment);
        extended.put("CONTAINERPILOT_PID", Long.toString(ProcessHandle.current().pid()));
        for (JobState state : jobs) {
            String prefix = "CONTAINERPILOT_" + state.job().name().toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
            state.job().service().ifPresent(service -> extended.put(prefix + "_IP", service.address()));
            state.run().ifPresent(run -> extended.put(prefix + "_PID", Long.toString(run.pid())));
        }
        return extended;
    }

    private final class SupervisorTies implements JobState.Ties {
        @Override
        public Loop loop() {
            return loop;
        }

        @Override
        public EventLog log() {
            return log;
        }

        @Override
        public Duration stopTimeout() {
            return life.stopTimeout();
        }

        @Override
        public Launcher.Run launch(List<String> command) throws IOException {
            return launcher.start(command, jobEnvironment());
        }

        @Override
        public void publish(Event event) {
            Supervisor.this.publish(event);
        }

        @Override
        public boolean hasDependantsLeft(Life.Job job) {
            return jobs.stream()
                    .anyMatch(other -> other.job().waitsFor(Event.Kind.STOPPING, job.name())
                            && other.phase() != JobState.Phase.DONE);
        }

        @Override
        public void gateFailed(Life.Job job, int status) {
            outcome = status;
            beginStop("job " + job.name() + " failed with " + status + ", and others wait for its success");
        }

        @Override
        public void goodbye(CompletableFuture<Void> told) {
            goodbyes.add(told);
        }

        @Override
        public void done(Life.Job job) {
            jobs.forEach(JobState::dependantsMayBeDone);
        }
    }
}
