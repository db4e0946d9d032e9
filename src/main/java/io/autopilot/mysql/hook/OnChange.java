package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import java.time.Duration;
import java.util.Optional;

/** The decision of health, sooner and as often as it takes until this node serves its role; never the only way to it (G6). */
public final class OnChange implements Hook {
    private static final Duration ONE_RUN = Duration.ofMillis(4500);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Node node;
    private final Ports ports;
    private final Hook health;
    private final ClusterKeys keys;

    public OnChange(Node node, Ports ports, Hook health) {
        this.node = node;
        this.ports = ports;
        this.health = health;
        this.keys = new ClusterKeys(node, ports.consul());
    }

    @Override
    public Outcome run(Deadline deadline) {
        while (true) {
            Outcome outcome = health.run(deadline.atMost(ONE_RUN));
            boolean finished = (outcome.isDone() && outcome.decision().equals("Serve") && !isSuccessor(deadline))
                    || ports.state().stopping();
            if (finished || deadline.remaining().compareTo(PAUSE.multipliedBy(5)) < 0) {
                return outcome;
            }
            ports.sleeper().sleep(PAUSE);
        }
    }

    /** A primary has announced that it hands over to this node: it hears that somebody is here, and the next runs find the lease free. */
    private boolean isSuccessor(Deadline deadline) {
        try {
            Optional<Durability.HandOver> announced = keys.durability(deadline.atMost(ONE_RUN))
                    .map(Indexed::value)
                    .flatMap(Durability::handOver)
                    .filter(h -> h.to().equals(node.name()));
            announced.ifPresent(handOver -> keys.answer(handOver, deadline.atMost(ONE_RUN)));
            return announced.isPresent();
        } catch (ConsulException e) {
            return false;
        }
    }
}
