package io.autopilot.mysql.pilot;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The little that the supervisor needs of Consul's agent. Every call blocks, within a bound; safe for several threads. */
interface Agent {
    void register(Life.Service service, Duration ttl, String status) throws IOException, InterruptedException;

    /** Sends a heartbeat. False when the agent doesn't know the service. */
    boolean pass(Life.Service service) throws IOException, InterruptedException;

    void deregister(Life.Service service) throws IOException, InterruptedException;

    /**
     * The passing instances of a service, as soon as they may differ from what {@code index} stood for; 0 for at once.
     *
     * @throws IOException when Consul can't answer
     */
    Instances await(Life.Watch watch, long index) throws IOException, InterruptedException;

    /** {@code address:port} of each instance, ordered by the service's id. */
    record Instances(long index, List<String> endpoints) {
        public Instances {
            endpoints = List.copyOf(endpoints);
        }
    }
}
