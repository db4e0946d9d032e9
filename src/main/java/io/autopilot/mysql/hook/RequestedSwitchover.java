package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SwitchoverRecords;
import io.autopilot.mysql.core.SwitchoverRequest;
import io.autopilot.mysql.core.SwitchoverRequest.Answer;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.SessionSpec;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A switchover that the primary's hooks are asked for, on whatever node: writes the request under a session of its own, so that it counts only
 * while somebody waits for it, wakes the primary's node and waits for the answer. On the primary's own node, too: there a process lives that has
 * done most of it before, and a new one's first steps are slow just when nobody can write.
 */
public final class RequestedSwitchover implements Hook {
    private static final Logger LOG = LoggerFactory.getLogger(RequestedSwitchover.class);
    private static final Duration SESSION = Duration.ofSeconds(10);
    private static final Duration TAKEN_WITHIN = Duration.ofSeconds(8);
    /** When this very node can do it without its hooks. */
    private static final Duration TAKEN_HERE_WITHIN = Duration.ofSeconds(5);

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Node node;
    private final Ports ports;
    private final String primary;
    private final Services services;
    private final SwitchoverRequest request;
    private final Optional<Hook> otherwise;

    /**
     * @param primary the node that is asked
     * @param request as it is before anybody has answered
     * @param otherwise what is done when nobody takes it up: nothing but saying so when it is empty
     */
    public RequestedSwitchover(Node node, Ports ports, String primary, SwitchoverRequest request, Optional<Hook> otherwise) {
        this.node = node;
        this.ports = ports;
        this.primary = primary;
        this.services = new Services(node, ports.consul());
        this.request = request;
        this.otherwise = otherwise;
    }

    @Override
    public Outcome run(Deadline deadline) {
        SessionSpec spec = new SessionSpec(node.settings().session().name(), SESSION, Duration.ZERO, Optional.empty(), false);
        String session = ports.consul().createSession(spec, deadline);
        try {
            if (!ports.consul().acquire(node.switchoverKey(), SwitchoverRecords.write(request), session, deadline)) {
                return Outcome.tryLater("Busy", new Reason("another switchover is being asked for just now"));
            }
            services.ringBellForRequest(primary, request.id().hashCode(), deadline);
            LOG.info("event=asked primary={} to={}", primary, request.to().orElse("the best"));
            return await(session, deadline);
        } finally {
            end(session, deadline);
        }
    }

    private Outcome await(String session, Deadline deadline) {
        Deadline taking = deadline.atMost(otherwise.isPresent() ? TAKEN_HERE_WITHIN : TAKEN_WITHIN);
        Optional<KvEntry> seen = ports.consul().get(node.switchoverKey(), deadline);
        while (true) {
            Optional<Answer> answer = seen.map(e -> SwitchoverRecords.read(e.key(), e.value()))
                    .filter(r -> r.id().equals(request.id()))
                    .flatMap(SwitchoverRequest::answer);
            if (answer.filter(a -> !a.status().equals(SwitchoverRequests.TAKEN)).isPresent()) {
                return outcome(answer.get());
            }
            if (answer.isEmpty() && taking.expired() && isWithdrawn(seen, deadline)) {
                return otherwise.map(hook -> unheardHere(hook, deadline)).orElseGet(this::unheard);
            }
            if (seen.isEmpty() || deadline.remaining().compareTo(LOOK) < 0) {
                return Outcome.notHealthy("Unclear", new Reason(primary + " took the request up and has not answered: see manage status"));
            }
            ports.consul().renewSession(session, deadline);
            seen = ports.consul().awaitChange(node.switchoverKey(), seen.get().modifyIndex(), LOOK, deadline);
        }
    }

    /** After that nobody takes it up: whoever does changes the key first. False: it was taken up meanwhile. */
    private boolean isWithdrawn(Optional<KvEntry> seen, Deadline deadline) {
        return seen.isEmpty() || ports.consul().deleteCas(node.switchoverKey(), seen.get().modifyIndex(), deadline);
    }

    private Outcome unheard() {
        return Outcome.tryLater("Unheard", new Reason(primary + ", the primary, did not take the request up; run it there: docker exec "
                + primary + " manage switchover" + request.to().map(t -> " --to " + t).orElse("")));
    }

    private static Outcome unheardHere(Hook hook, Deadline deadline) {
        LOG.warn("event=unheard reason=\"the hooks of this node did not take the request up: this process does it\"");
        return hook.run(deadline);
    }

    private static Outcome outcome(Answer answer) {
        return new Outcome(Outcome.Status.valueOf(answer.status().toUpperCase(Locale.ROOT)), answer.decision(), answer.reason());
    }

    /** The request ends with its session. */
    private void end(String session, Deadline deadline) {
        try {
            ports.consul().destroySession(session, deadline);
        } catch (ConsulException e) {
            LOG.debug("event=request-ends-by-itself reason=\"{}\"", e.getMessage());
        }
    }
}
