package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.Sleeper;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The wait of a node that can't start yet. Each reason is said once, however often it comes back. Not thread-safe. */
public final class Waiting {
    private static final Logger LOG = LoggerFactory.getLogger(Waiting.class);
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final Poll poll;
    private final Set<Reason> said = new HashSet<>();
    private Reason last = new Reason("nothing was tried yet");

    public Waiting(Sleeper sleeper) {
        this.poll = new Poll(sleeper);
    }

    /** Tries until there is an answer; Consul out of reach is a reason to wait. Empty when the deadline came first. */
    public <T> Optional<T> until(Deadline deadline, Supplier<Optional<T>> step) {
        return poll.until(deadline, PAUSE, () -> attempt(step));
    }

    private <T> Optional<T> attempt(Supplier<Optional<T>> step) {
        try {
            return step.get();
        } catch (ConsulException e) {
            Reason reason = new Reason("Consul can't be reached: " + e.getMessage());
            if (isNew(reason)) {
                LOG.warn("event=waiting reason=\"{}\"", reason);
            }
            return Optional.empty();
        }
    }

    /** Why the step has no answer yet. */
    void because(Reason reason) {
        if (isNew(reason)) {
            LOG.info("event=waiting reason=\"{}\"", reason);
        }
    }

    private boolean isNew(Reason reason) {
        last = reason;
        return said.add(reason);
    }

    /** How a hook ends whose time ran out over the wait. */
    public Outcome tooLong() {
        return Outcome.tryLater("Wait", last);
    }
}
