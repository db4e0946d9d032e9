package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.HookLock;
import java.time.Duration;
import java.util.Optional;

/**
 * Lets one run of onChange of this node look at a time. A lost primary is several changes at once (its service, its links, its successor's bell), and each has a
 * process of its own under ContainerPilot; together they took the processor from the one that had work to do. A run whose change
 * came before another one began to look ends; else it looks itself.
 */
public final class ChangeTurn implements Hook {
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Ports ports;
    private final Hook onChange;

    /** @param onChange takes what is noted whenever it begins to look */
    public ChangeTurn(Ports ports, Hook onChange) {
        this.ports = ports;
        this.onChange = onChange;
    }

    @Override
    public Outcome run(Deadline deadline) {
        ports.state().changes().note();
        return ports.poll()
                .until(deadline, PAUSE, () -> looked(deadline))
                .orElseGet(() -> Outcome.tryLater("Busy", new Reason("another run has looked after changes all the time")));
    }

    /** Empty: it has to wait. */
    private Optional<Outcome> looked(Deadline deadline) {
        Optional<HookLock> turn = ports.state().changes().tryTurn();
        if (turn.isEmpty()) {
            return ports.state().changes().noted()
                    ? Optional.empty()
                    : Optional.of(Outcome.done("Seen", new Reason("another run has looked since")));
        }
        HookLock held = turn.get();
        try {
            return Optional.of(onChange.run(deadline));
        } finally {
            held.close();
        }
    }
}
