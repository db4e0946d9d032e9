package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The decision of health, sooner and as often as it takes until this node serves its role; never the only way to it (G6). */
public final class OnChange implements Hook {
    private static final Logger LOG = LoggerFactory.getLogger(OnChange.class);
    private static final Duration ONE_RUN = Duration.ofMillis(4500);
    private static final Duration ONE_CALL = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(200);
    /** Another hook does the same work: it needs the processor more. */
    private static final Duration WHILE_BUSY = Duration.ofSeconds(1);
    /** Part of the write gap of a hand-over. */
    private static final Duration AS_SUCCESSOR = Duration.ofMillis(30);
    /** Decisions after which there is nothing left to do. */
    private static final Set<String> SETTLED = Set.of("Serve", "Rest");

    private final Node node;
    private final Ports ports;
    private final Hook health;
    private final boolean awaitMysqld;
    private final ClusterKeys keys;

    /**
     * @param health the decision that is made again and again
     * @param awaitMysqld whether mysqld was just started or has just crashed, and is about to be there
     */
    public OnChange(Node node, Ports ports, Hook health, boolean awaitMysqld) {
        this.node = node;
        this.ports = ports;
        this.health = health;
        this.awaitMysqld = awaitMysqld;
        this.keys = new ClusterKeys(node, ports.consul());
    }

    @Override
    public Outcome run(Deadline deadline) {
        Optional<Outcome> before = Optional.empty();
        while (true) {
            Outcome outcome = health.run(deadline.atMost(ONE_RUN));
            if (!before.equals(Optional.of(outcome))) {
                LOG.info("event=step decision={} reason=\"{}\"", outcome.decision(), outcome.reason());
                before = Optional.of(outcome);
            }
            boolean serves = outcome.isDone() && SETTLED.contains(outcome.decision());
            boolean diverged = outcome.decision().equals("Diverged");
            boolean finished = serves ? !isSuccessor(deadline) : diverged || !mayServeSoon(deadline);
            if (finished || deadline.remaining().compareTo(PAUSE.multipliedBy(5)) < 0) {
                return outcome;
            }
            if (!serves) {
                ports.sleeper().sleep(outcome.decision().equals("Busy") ? WHILE_BUSY : PAUSE);
            }
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

    private boolean leaseIsFree(Deadline deadline) {
        return ports.consul().get(node.leaseKey(), deadline.atMost(ONE_RUN)).flatMap(KvEntry::session).isEmpty();
    }

    /** A primary has announced that it hands over to this node: it hears that somebody is here, and the next runs find the lease free. */
    private boolean isSuccessor(Deadline deadline) {
        try {
            Optional<Durability.HandOver> announced = keys.durability(deadline.atMost(ONE_RUN))
                    .map(Indexed::value)
                    .flatMap(Durability::handOver)
                    .filter(h -> h.to().equals(node.name()));
            if (announced.isEmpty()) {
                return false;
            }
            keys.answer(announced.get(), deadline.atMost(ONE_RUN));
            // One call a look, so that the lease is seen free at once.
            return ports.poll()
                    .until(deadline.lessBy(ONE_RUN), AS_SUCCESSOR, () -> leaseIsFree(deadline) ? Optional.of(true) : Optional.empty())
                    .isPresent();
        } catch (ConsulException e) {
            return false;
        }
    }
}
