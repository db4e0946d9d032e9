package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Drill;
import io.autopilot.mysql.core.DrillDue;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotDecision;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.hook.SnapshotCatalogue.Entry;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.DataVolume;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.ScratchServer;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A drill (design, Snapshots): restores a snapshot beside the data, starts a server without network on it, compares what it has executed, has every
 * table checked and asks a question of the operator's own. What it found is kept beside the snapshot, and in Consul. The cluster's own servers and
 * data are left alone.
 */
public final class Verify implements Hook {
    private static final Logger LOG = LoggerFactory.getLogger(Verify.class);
    private static final Duration CALL = Duration.ofSeconds(5);
    private static final String SCRATCH = "drill";
    private static final String YES = "1";
    private static final int MOST_BROKEN = 5;

    private final Node node;
    private final Ports ports;
    private final ClusterKeys keys;
    private final SnapshotLock lock;
    private final Parts parts;
    private final Order order;

    /**
     * What drills are made with.
     *
     * @param archives of the snapshots
     * @param server that the scratch server is, too
     */
    public record Parts(
            Archives archives, SnapshotRestorer restorer, DataVolume volume, ScratchServer scratch, MysqlVersion server) {}

    /**
     * What to do.
     *
     * @param snapshot empty: the newest
     * @param onlyIfDue when VERIFY_TTL has run out and it is this node's turn
     */
    public record Order(Optional<SnapshotId> snapshot, boolean onlyIfDue) {}

    /** @param lock the one for drills */
    public Verify(Node node, Ports ports, SnapshotLock lock, Parts parts, Order order) {
        this.node = node;
        this.ports = ports;
        this.keys = new ClusterKeys(node, ports.consul());
        this.lock = lock;
        this.parts = parts;
        this.order = order;
    }

    /** Whether one is due here and now. */
    public static Hook question(Node node, Ports ports) {
        return deadline -> switch (due(node, ports, deadline)) {
            case SnapshotDecision.Due due -> Outcome.done(due, due.reason());
            case SnapshotDecision.NotDue notDue -> Outcome.no(notDue, notDue.reason());
        };
    }

    private static SnapshotDecision due(Node node, Ports ports, Deadline given) {
        Deadline deadline = given.atMost(CALL);
        SnapshotTurn turn = new SnapshotTurn(node, ports);
        Optional<SnapshotTurn.Part> part = turn.part(deadline);
        if (part.isEmpty()) {
            return new SnapshotDecision.NotDue(new Reason("this node doesn't serve a role now"));
        }
        String cluster = part.get().clusterUuid();
        return DrillDue.decide(new DrillDue.Facts(
                ports.clock().instant(),
                node.settings().snapshots().verification().every(),
                turn.newest(cluster, deadline),
                new ClusterKeys(node, ports.consul()).lastDrill(cluster, deadline),
                node.name(),
                part.get().isPrimary(),
                turn.healthyReplicas(deadline)));
    }

    @Override
    public Outcome run(Deadline deadline) {
        if (order.onlyIfDue() && due(node, ports, deadline) instanceof SnapshotDecision.NotDue notDue) {
            return Outcome.done(notDue, notDue.reason());
        }
        return switch (lock.tryTake(deadline.atMost(CALL))) {
            case SnapshotLock.Result.Busy busy -> Outcome.tryLater("Busy", busy.reason());
            case SnapshotLock.Result.Taken taken -> underLock(taken.lock(), deadline);
        };
    }

    private Outcome underLock(SnapshotLock.Held held, Deadline deadline) {
        try (held) {
            Optional<Entry> entry = choose(deadline);
            return entry.isPresent()
                    ? verify(entry.get(), deadline)
                    : Outcome.refused("NoSnapshot", new Reason(parts.archives().store().place() + " has no snapshot"
                            + order.snapshot().map(id -> " " + id + "; manage snapshots lists what there is").orElse("")));
        } catch (StoreException e) {
            return Outcome.tryLater("StoreFailed", new Reason(String.valueOf(e.getMessage())));
        }
    }

    /** The newest of this cluster; of any, when Consul knows no cluster. */
    private Optional<Entry> choose(Deadline deadline) {
        SnapshotCatalogue catalogue = new SnapshotCatalogue(parts.archives());
        if (order.snapshot().isPresent()) {
            return catalogue.find(order.snapshot().get(), deadline);
        }
        Optional<String> cluster = keys.clusterUuid(deadline.atMost(CALL));
        return catalogue.read(deadline).stream()
                .filter(entry -> cluster.isEmpty() || entry.clusterUuid().isEmpty() || entry.clusterUuid().equals(cluster))
                .findFirst();
    }

    private Outcome verify(Entry entry, Deadline deadline) {
        return switch (entry) {
            case Entry.Damaged damaged -> {
                String cluster = damaged.clusterUuid().or(() -> keys.clusterUuid(deadline.atMost(CALL))).orElse("");
                yield outcome(keep(damaged.id(), cluster, ports.clock().instant(), Result.failed(damaged.reason().text()), deadline));
            }
            case Entry.Whole whole -> verify(whole.manifest(), deadline);
        };
    }

    private Outcome verify(Manifest manifest, Deadline deadline) {
        Path directory = parts.volume().newDirectory(SCRATCH);
        try {
            Optional<Reason> obstacle = parts.restorer().obstacle(manifest, directory);
            if (obstacle.isPresent()) {
                return Outcome.refused("CannotVerify", new Reason("snapshot " + manifest.id() + " is not verified: " + obstacle.get()));
            }
            Instant begun = ports.clock().instant();
            LOG.info("event=drill-begin id=\"{}\"", manifest.id());
            return outcome(keep(manifest.id(), manifest.clusterUuid(), begun, drill(manifest, directory, deadline), deadline));
        } finally {
            parts.volume().discard(directory);
        }
    }

    private static Outcome outcome(Drill drill) {
        return drill.failure()
                .map(why -> Outcome.notHealthy("Failed", new Reason("snapshot " + drill.snapshot() + " is no good: " + why)))
                .orElseGet(() -> Outcome.done("Verified", new Reason("snapshot " + drill.snapshot() + " was restored and is good: " + drill.tables()
                        + " tables checked, " + drill.took().toSeconds() + " s")));
    }

    /** What stands in the store is what counts; Consul may be away. */
    private Drill keep(SnapshotId id, String cluster, Instant begun, Result result, Deadline deadline) {
        Instant now = ports.clock().instant();
        Drill drill = new Drill(id, cluster, node.name(), now, Duration.between(begun, now), parts.server(), result.tables(), result.failure());
        new Drills(parts.archives().store()).keep(drill, deadline);
        try {
            keys.noteDrill(drill, deadline.atMost(CALL));
        } catch (ConsulException e) {
            LOG.warn("event=drill-not-noted reason=\"{}\"", e.getMessage());
        }
        return drill;
    }

    private record Result(int tables, Optional<Reason> failure) {
        static Result failed(String why) {
            return new Result(0, Optional.of(new Reason(why)));
        }
    }

    private Result drill(Manifest manifest, Path directory, Deadline deadline) {
        try {
            return switch (parts.restorer().restore(manifest.id(), directory, deadline)) {
                case RestoreResult.Refused refused -> Result.failed(refused.reason().text());
                case RestoreResult.Done done -> judge(done, parts.scratch()
                        .check(directory, node.settings().snapshots().verification().question(), deadline));
            };
        } catch (SnapshotException e) {
            return Result.failed(String.valueOf(e.getMessage()));
        }
    }

    private Result judge(RestoreResult.Done done, ScratchServer.Findings found) {
        Optional<Reason> failure = broken(found.broken())
                .or(() -> done.gtidsToSet().isEmpty() ? difference(done.manifest().gtids(), found.executed()) : Optional.empty())
                .or(() -> wrongAnswer(found.answer()));
        return new Result(found.tables(), failure);
    }

    private static Optional<Reason> broken(List<String> messages) {
        return messages.isEmpty()
                ? Optional.empty()
                : Optional.of(new Reason(String.join("; ", messages.stream().limit(MOST_BROKEN).toList())
                        + (messages.size() > MOST_BROKEN ? " and " + (messages.size() - MOST_BROKEN) + " more" : "")));
    }

    /** Where the set has to be set by hand after a restore, the directory doesn't know it. */
    private static Optional<Reason> difference(GtidRange said, Optional<GtidSet> executed) {
        if (executed.isEmpty()) {
            return Optional.of(new Reason("its server doesn't know what it has executed"));
        }
        GtidSet lacking = said.atLeast().minus(executed.get());
        GtidSet beyond = executed.get().minus(said.atMost());
        return lacking.isEmpty() && beyond.isEmpty()
                ? Optional.empty()
                : Optional.of(new Reason("it holds " + executed.get() + ", and its manifest says " + said));
    }

    private Optional<Reason> wrongAnswer(Optional<String> answer) {
        return node.settings().snapshots().verification().question()
                .filter(question -> !answer.equals(Optional.of(YES)))
                .map(question -> new Reason("VERIFY_SQL gave " + answer.map(text -> "'" + text + "'").orElse("no row") + " instead of 1"));
    }
}
