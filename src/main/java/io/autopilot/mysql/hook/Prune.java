package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotRetention.Removal;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Removes snapshots that have had their time, or only says which, on an operator's word. */
public final class Prune implements Hook {
    private static final Duration CALL = Duration.ofSeconds(5);

    private final Node node;
    private final Ports ports;
    private final SnapshotLock lock;
    private final Pruning pruning;
    private final boolean onlySay;

    public Prune(Node node, Ports ports, SnapshotLock lock, Pruning pruning, boolean onlySay) {
        this.node = node;
        this.ports = ports;
        this.lock = lock;
        this.pruning = pruning;
        this.onlySay = onlySay;
    }

    @Override
    public Outcome run(Deadline deadline) {
        Optional<String> cluster = ports.consul().get(node.initializedKey(), deadline.atMost(CALL)).map(KvEntry::value);
        if (cluster.isEmpty()) {
            return Outcome.notHealthy("NoCluster", new Reason("Consul knows no cluster of this name: nothing is removed from the store"));
        }
        try {
            return onlySay ? told("WouldPrune", due(cluster.get(), deadline)) : prune(cluster.get(), deadline);
        } catch (StoreException e) {
            return Outcome.notHealthy("Failed", new Reason(String.valueOf(e.getMessage())));
        }
    }

    private List<Removal> due(String cluster, Deadline deadline) {
        return pruning.due(cluster, ports.clock().instant(), deadline);
    }

    private Outcome prune(String cluster, Deadline deadline) {
        return switch (lock.tryTake(deadline.atMost(CALL))) {
            case SnapshotLock.Result.Busy busy -> Outcome.tryLater("Busy", busy.reason());
            case SnapshotLock.Result.Taken taken -> {
                try (SnapshotLock.Held held = taken.lock()) {
                    List<Removal> removals = due(cluster, deadline);
                    held.ensureHeld(deadline);
                    pruning.remove(removals, deadline);
                    yield told("Pruned", removals);
                }
            }
        };
    }

    private static Outcome told(String decision, List<Removal> removals) {
        return Outcome.done(decision, new Reason(removals.isEmpty()
                ? "no snapshot has had its time"
                : removals.stream().map(removal -> removal.id() + " (" + removal.reason() + ")").collect(Collectors.joining(", "))));
    }
}
