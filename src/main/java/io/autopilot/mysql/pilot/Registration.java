package io.autopilot.mysql.pilot;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One service of a job in Consul. The calls return at once; the work is done in their order on a thread of its own, so that a slow
 * Consul holds nothing up. Registered at its first heartbeat, and again whenever Consul has lost it.
 */
final class Registration {
    private final Life.Service service;
    private final Duration ttl;
    private final Agent agent;
    private final Executor oneAtATime;
    private final EventLog log;
    private final AtomicBoolean heartbeatQueued = new AtomicBoolean();

    // Both only on the thread of oneAtATime.
    private boolean registered;
    private boolean failing;

    Registration(Life.Service service, Duration ttl, Agent agent, Executor oneAtATime, EventLog log) {
        this.service = service;
        this.ttl = ttl;
        this.agent = agent;
        this.oneAtATime = oneAtATime;
        this.log = log;
    }

    /** Registers with the status that the description gives, if it gives one. */
    void open() {
        service.initialStatus().ifPresent(status -> oneAtATime.execute(() -> attempt(() -> register(status))));
    }

    void heartbeat() {
        if (heartbeatQueued.compareAndSet(false, true)) {
            oneAtATime.execute(() -> {
                heartbeatQueued.set(false);
                attempt(this::pass);
            });
        }
    }

    /** Completes when Consul has been told, or could not be. */
    CompletableFuture<Void> close() {
        return CompletableFuture.runAsync(() -> attempt(this::deregister), oneAtATime);
    }

    private void pass() throws IOException, InterruptedException {
        if (registered && agent.pass(service)) {
            return;
        }
        register("passing");
    }

    private void register(String status) throws IOException, InterruptedException {
        agent.register(service, ttl, status);
        log.say(EventLog.Level.INFO, registered ? "registered-again" : "registered", "service", service.id());
        registered = true;
    }

    private void deregister() throws IOException, InterruptedException {
        if (registered) {
            registered = false;
            agent.deregister(service);
            log.say(EventLog.Level.INFO, "deregistered", "service", service.id());
        }
    }

    private interface Attempt {
        void run() throws IOException, InterruptedException;
    }

    /** Consul may be away for long: the first failure of a row is worth a line, the others are not. */
    private void attempt(Attempt attempt) {
        try {
            attempt.run();
            failing = false;
        } catch (IOException e) {
            log.say(failing ? EventLog.Level.DEBUG : EventLog.Level.WARN, "consul", "reason", e.getMessage());
            failing = true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
