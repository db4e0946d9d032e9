package io.autopilot.mysql.hook;

import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The decision of health, sooner and as often as it takes until this node serves its role; never the only way to it (G6). */
public final class OnChange implements Hook {
    private static final Logger LOG = LoggerFactory.getLogger(OnChange.class);
    private static final Duration ONE_RUN = Duration.ofMillis(4500);
    private static final Duration ONE_CALL = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(800);
    /** Another hook does the same work: it needs the processor more. */
    private static final Duration WHILE_BUSY = Duration.ofSeconds(1);
    /** Decisions after which there is nothing left to do. */
    private static final Set<String> SETTLED = Set.of("Serve", "Rest");

    private final Ports ports;
    private final Hook health;
    private final boolean awaitMysqld;
    private final Successor successor;
    private final SwitchoverRequests requests;

    /**
     * @param health the decision that is made again and again
     * @param awaitMysqld whether mysqld was just started or has just crashed, and is about to be there
     */
    public OnChange(Node node, Ports ports, Hook health, boolean awaitMysqld) {
        this.ports = ports;
        this.health = health;
        this.awaitMysqld = awaitMysqld;
        this.successor = new Successor(node, ports);
        this.requests = new SwitchoverRequests(node, ports);
    }

    @Override
    public Outcome run(Deadline deadline) {
        Optional<Outcome> before = Optional.empty();
        Duration pause = PAUSE;
        while (true) {
            if (!awaitMysqld && deadline.remaining().compareTo(ONE_RUN) > 0) {
                // With less time left whoever waits for its turn does better.
                ports.state().changes().take();
            }
            // First, since an old primary that hands over to this node waits for its answer.
            heed(() -> successor.tryRun(deadline));
            Outcome outcome = health.run(deadline.atMost(ONE_RUN));
            if (before.equals(Optional.of(outcome))) {
                // What doesn't change at once, such as a quorum that is missing, needs no five tries a second.
                pause = pause.compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : pause;
            } else {
                LOG.info("event=step decision={} reason=\"{}\"", outcome.decision(), outcome.reason());
                before = Optional.of(outcome);
                pause = PAUSE;
            }
            boolean serves = outcome.isDone() && SETTLED.contains(outcome.decision());
            if (serves) {
                heed(() -> requests.tryServe(deadline));
            }
            boolean finished = serves || outcome.decision().equals("Diverged") || !mayServeSoon(deadline);
            if (finished || deadline.remaining().compareTo(PAUSE.multipliedBy(5)) < 0) {
                return outcome;
            }
            ports.sleeper().sleep(outcome.decision().equals("Busy") ? WHILE_BUSY : pause);
        }
    }

    /** What else a change may be about; without Consul there is nothing to heed. */
    private void heed(Supplier<Optional<Outcome>> matter) {
        try {
            matter.get().ifPresent(outcome -> LOG.info("event=step decision={} reason=\"{}\"", outcome.decision(), outcome.reason()));
        } catch (ConsulException e) {
            LOG.debug("event=consul-silent reason=\"{}\"", e.getMessage());
        }
    }

    /** A node without mysqld only waits for the job that starts it; until mysqld answers, nothing has to be decided again. */
    private boolean mayServeSoon(Deadline deadline) {
        if (ports.state().stopping()) {
            return false;
        }
        if (awaitMysqld) {
            ports.poll().until(deadline, PAUSE, this::answer);
        }
        return answer().isPresent();
    }

    private Optional<Boolean> answer() {
        if (ports.state().stopping()) {
            return Optional.of(false);
        }
        if (ports.state().mysqldStart().isEmpty()) {
            return Optional.empty();
        }
        try (Mysql local = ports.servers().connectLocal(Deadline.after(ONE_CALL, ports.ticker()))) {
            local.executed();
            return Optional.of(true);
        } catch (MysqlException e) {
            return Optional.empty();
        }
    }
}
