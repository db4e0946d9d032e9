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
        ports.state().noteChange();
        Optional<Optional<HookLock>> turn = ports.poll().until(deadline, PAUSE, this::turn);
        if (turn.isEmpty()) {
            return Outcome.tryLater("Busy", new Reason("another run has looked after changes all the time"));
        }
        if (turn.get().isEmpty()) {
            return Outcome.done("Seen", new Reason("another run has looked since"));
        }
        HookLock held = turn.get().get();
        try {
            return onChange.run(deadline);
        } finally {
            held.close();
        }
    }

    /** Whether this run looks itself; empty: it isn't known yet. */
    private Optional<Optional<HookLock>> turn() {
        Optional<HookLock> lock = ports.state().tryChangeLock();
        return lock.isPresent() || !ports.state().changeNoted() ? Optional.of(lock) : Optional.empty();
    }
}
