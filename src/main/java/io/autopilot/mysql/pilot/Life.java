package io.autopilot.mysql.pilot;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a container does from its start to its end: the checked content of a {@code containerpilot.json5}.
 *
 * @param stopTimeout how long a process has between SIGTERM and SIGKILL when everything stops
 */
public record Life(
        ConsulAccess consul, EventLog.Level level, boolean logsToStdout, Duration stopTimeout, List<Job> jobs, List<Watch> watches) {
    public Life {
        jobs = List.copyOf(jobs);
        watches = List.copyOf(watches);
    }

    /**
     * Renders the template and reads the result.
     *
     * @throws LifeException with everything that is wrong
     */
    public static Life read(String template, Map<String, String> environment, Host host) throws LifeException {
        return new LifeReader(environment, host).read(render(template, environment));
    }

    /** The text after its templates, as it is then read. */
    public static String render(String template, Map<String, String> environment) throws LifeException {
        return Template.parse(template).render(environment);
    }

    /** Where Consul's agent is. The token is never printed. */
    public record ConsulAccess(URI address, Optional<String> token, Optional<String> authorities) {
        @Override
        public String toString() {
            return address.toString();
        }
    }

    /**
     * One program, or none when the job only advertises a service.
     *
     * @param restarts how often it is started again after its end; empty for always
     * @param timeout after which a run is killed
     */
    public record Job(
            String name,
            List<String> exec,
            When when,
            OptionalInt restarts,
            Optional<Duration> timeout,
            Optional<Health> health,
            Optional<Service> service) {
        public Job {
            exec = List.copyOf(exec);
        }

        boolean waitsFor(Event.Kind kind, String source) {
            return when instanceof When.On on && on.event().equals(new Event(kind, source));
        }

        /** Whether the job has its work after the stop was asked for. */
        boolean worksAtTheStop() {
            return when instanceof When.On on
                    && (on.event().kind() == Event.Kind.STOPPING || on.event().kind() == Event.Kind.STOPPED);
        }
    }

    /** When a job's program is started. */
    public sealed interface When {
        record AtStart() implements When {}

        /** At the start and then after each interval. */
        record Every(Duration interval) implements When {}

        /** The job is given up when the first event doesn't come within the time-out. */
        record On(Event event, boolean each, Optional<Duration> timeout) implements When {}
    }

    /** With no program every interval counts as passed. */
    public record Health(List<String> exec, Duration interval, Duration ttl, Duration timeout) {
        public Health {
            exec = List.copyOf(exec);
        }
    }

    /** What Consul is told about a job. */
    public record Service(
            String id,
            String name,
            String address,
            int port,
            List<String> tags,
            Optional<String> initialStatus,
            Optional<String> deregisterAfter,
            boolean enableTagOverride) {
        public Service {
            tags = List.copyOf(tags);
        }
    }

    /** The passing instances of a service. */
    public record Watch(String service, Optional<String> tag, Optional<String> datacenter, Duration interval) {
        String source() {
            return "watch." + service;
        }
    }
}
