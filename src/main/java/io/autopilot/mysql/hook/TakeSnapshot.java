package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotDecision;
import io.autopilot.mysql.core.SnapshotPointer;
import io.autopilot.mysql.hook.SnapshotTurn.Part;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.StoreException;
import java.time.Duration;
import java.util.Optional;

/** Takes a snapshot now, or only when it is due and this node's turn; never within health (G7). */
public final class TakeSnapshot implements Hook {
    private static final Duration CALL = Duration.ofSeconds(5);

    private final Ports ports;
    private final SnapshotTurn turn;
    private final SnapshotLock lock;
    private final SnapshotTaker taker;
    private final boolean onlyIfDue;

    public TakeSnapshot(Node node, Ports ports, SnapshotLock lock, SnapshotTaker taker, boolean onlyIfDue) {
        this.ports = ports;
        this.turn = new SnapshotTurn(node, ports);
        this.lock = lock;
        this.taker = taker;
        this.onlyIfDue = onlyIfDue;
    }

    @Override
    public Outcome run(Deadline deadline) {
        Optional<Part> part = turn.part(deadline);
        if (onlyIfDue && turn.decide(part, deadline) instanceof SnapshotDecision.NotDue notDue) {
            return Outcome.done(notDue, notDue.reason());
        }
        if (part.isEmpty()) {
            return Outcome.tryLater("NotHealthy", new Reason("this node doesn't serve a role now, its data is no source of a snapshot"));
        }
        return switch (lock.tryTake(deadline.atMost(CALL))) {
            case SnapshotLock.Result.Busy busy -> Outcome.tryLater("Busy", busy.reason());
            case SnapshotLock.Result.Taken taken -> take(part.get(), taken.lock(), deadline);
        };
    }

    private Outcome take(Part part, SnapshotLock.Held held, Deadline deadline) {
        try (held;
                Mysql local = ports.servers().connectLocal(deadline)) {
            SnapshotPointer pointer = taker.take(held, local, part.clusterUuid(), part.primary().term(), deadline);
            return Outcome.done("Taken", new Reason("snapshot " + pointer.id()));
        } catch (SnapshotException | StoreException e) {
            return Outcome.notHealthy("Failed", new Reason(String.valueOf(e.getMessage())));
        }
    }
}
