package io.autopilot.mysql.pilot;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Watches one service by blocking queries on a thread of its own, until it is interrupted. As in ContainerPilot only another
 * number of passing instances, another address or another port is a change; a service that is absent from the start gives no
 * event, nor does an answer that can't be had.
 */
final class WatchLoop implements Runnable {
    /** Consul answers at once for every write to the service, also one that changes no instance. */
    private static final Duration LEAST_BETWEEN_QUERIES = Duration.ofMillis(50);

    private final Life.Watch watch;
    private final Agent agent;
    private final Consumer<Event> publish;
    private final EventLog log;

    WatchLoop(Life.Watch watch, Agent agent, Consumer<Event> publish, EventLog log) {
        this.watch = watch;
        this.agent = agent;
        this.publish = publish;
        this.log = log;
    }

    @Override
    public void run() {
        List<String> known = List.of();
        long index = 0;
        boolean failing = false;
        try {
            while (true) {
                try {
                    Agent.Instances seen = agent.await(watch, index);
                    failing = false;
                    // An index that goes back (a restored server) would block for ever.
                    index = seen.index() < index ? 0 : seen.index();
                    if (!seen.endpoints().equals(known)) {
                        known = seen.endpoints();
                        announce(!known.isEmpty());
                    }
                    Thread.sleep(LEAST_BETWEEN_QUERIES);
                } catch (IOException e) {
                    log.say(failing ? EventLog.Level.DEBUG : EventLog.Level.WARN, "watch", "service", watch.service(), "reason", e.getMessage());
                    failing = true;
                    index = 0;
                    Thread.sleep(watch.interval());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void announce(boolean anyInstance) {
        log.say(EventLog.Level.INFO, "changed", "watch", watch.service(), "passing", anyInstance ? "some" : "none");
        publish.accept(new Event(Event.Kind.CHANGED, watch.source()));
        publish.accept(new Event(anyInstance ? Event.Kind.HEALTHY : Event.Kind.UNHEALTHY, watch.source()));
    }
}
