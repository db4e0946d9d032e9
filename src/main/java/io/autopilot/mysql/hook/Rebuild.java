package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.BinlogFile;
import io.autopilot.mysql.core.BinlogFiles;
import io.autopilot.mysql.core.CatchUp;
import io.autopilot.mysql.core.Divergence;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.RebuildDecision;
import io.autopilot.mysql.core.RebuildRule;
import io.autopilot.mysql.core.RebuildView;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.SnapshotChoice;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.hook.Snapshots.UnusableSnapshotException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.Discarded;
import io.autopilot.mysql.port.LocalState.HookLock;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.StoreException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a node made anew that can't follow the primary: archives what only it has, gives its data directory up by a mark beside it, stops
 * mysqld. What starts mysqld next runs preStart, which discards the directory and restores a snapshot. Never a part of health (G7), and safe
 * to kill anywhere: the archive's description, the mark and the restore's rename come last of their steps (G6).
 */
public final class Rebuild implements Hook {
    private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);
    private static final Duration CALL = Duration.ofSeconds(10);
    private static final Duration LOCK = Duration.ofSeconds(6);
    private static final Duration ROLE_LOCK = Duration.ofSeconds(1);
    private static final Duration STOP = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);

    /** Archive, give up, stop, and room for a primary that changes meanwhile. */
    private static final int MOST_STEPS = 10;

    private final Node node;
    private final Ports ports;
    private final Snapshots snapshots;
    private final EvidenceArchive archive;
    private final ClusterKeys keys;
    private final Services services;
    private final EstablishedPrimary primary;
    private final boolean obeysPolicy;
    private final boolean onlySay;

    /**
     * @param obeysPolicy whether ERRANT_POLICY holds; an operator's word goes over it
     * @param onlySay change nothing, only say what would be done next
     */
    public Rebuild(
            Node node, Ports ports, Snapshots snapshots, EvidenceArchive archive, boolean obeysPolicy, boolean onlySay) {
        this.node = node;
        this.ports = ports;
        this.snapshots = snapshots;
        this.archive = archive;
        this.keys = new ClusterKeys(node, ports.consul());
        this.services = new Services(node, ports.consul());
        this.primary = new EstablishedPrimary(node, ports);
        this.obeysPolicy = obeysPolicy;
        this.onlySay = onlySay;
    }

    @Override
    public Outcome run(Deadline deadline) {
        try {
            for (int step = 0; step < MOST_STEPS; step++) {
                RebuildView view = gather(deadline);
                RebuildDecision decision = RebuildRule.decide(view);
                Optional<Outcome> end = onlySay ? Optional.of(Outcome.done(decision, decision.reason())) : act(decision, view, deadline);
                if (end.isPresent()) {
                    return end.get();
                }
            }
            return Outcome.tryLater("Rebuild", new Reason("what this node has and the primary lacks changes all the time"));
        } catch (StoreException | UncheckedIOException | UnusableSnapshotException e) {
            return Outcome.notHealthy("Rebuild", new Reason("nothing is rebuilt: " + e.getMessage()));
        }
    }

    private RebuildView gather(Deadline whole) {
        Deadline deadline = whole.atMost(CALL);
        Optional<ServerState> mysqld = readLocal(deadline);
        Optional<RebuildView.Primary> found = primary.read(deadline);
        Optional<String> cluster = keys.clusterUuid(deadline);
        Optional<Durability> durability = keys.durability(deadline).map(Indexed::value);
        Optional<GtidSet> errant = mysqld.flatMap(mine -> found.map(p -> errant(mine, p))).filter(e -> !e.isEmpty());
        return new RebuildView(
                ports.state().discarded().isPresent(),
                ports.state().mysqldStart().isPresent(),
                mysqld,
                cluster,
                keys.foreignIntent(durability, deadline).isPresent(),
                found,
                keys.holdsStill(ports.clock().instant(), deadline),
                mysqld.filter(mine -> acknowledges(mine, durability)).isPresent(),
                node.settings().recovery().errantPolicy(),
                obeysPolicy,
                errant.flatMap(e -> archive.find(Evidence.idOf(node.name(), mysqld.orElseThrow().serverUuid(), e), deadline)),
                choose(cluster, found, deadline));
    }

    /**
     * Whether acknowledgements of this server still count (protocol P1): then a barrier has to take it out of the ack set before anything
     * touches its data directory. A rebuild waits for that; in asynchronous mode the set is always empty.
     */
    private static boolean acknowledges(ServerState mine, Optional<Durability> durability) {
        return durability
                .filter(d -> d.isMember(mine.serverUuid()) || d.leaving().contains(mine.serverUuid()))
                .isPresent();
    }

    private static GtidSet errant(ServerState mine, RebuildView.Primary other) {
        return Divergence.between(mine, other.state().executed(), other.state().purged(), other.state().serverUuid()).errant();
    }

    private Optional<ServerState> readLocal(Deadline deadline) {
        if (ports.state().mysqldStart().isEmpty()) {
            return Optional.empty();
        }
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            return Optional.of(local.read());
        } catch (MysqlException e) {
            return Optional.empty();
        }
    }

    private SnapshotChoice choose(Optional<String> cluster, Optional<RebuildView.Primary> found, Deadline deadline) {
        return cluster.isPresent() && found.isPresent()
                ? snapshots.choose(cluster.get(), CatchUp.with(found.get().state()), deadline)
                : new SnapshotChoice.None(new Reason("it isn't known what it would have to hold"), false);
    }

    /** Empty: a step is done, look again. */
    private Optional<Outcome> act(RebuildDecision decision, RebuildView view, Deadline deadline) {
        // Also after a run that was killed right before it did so.
        view.archive().ifPresent(evidence -> keys.publish(evidence, deadline.atMost(CALL)));
        return switch (decision) {
            case RebuildDecision.Nothing nothing -> {
                ports.state().deleteDiverged();
                yield Optional.of(Outcome.done(nothing, nothing.reason()));
            }
            case RebuildDecision.Wait wait -> Optional.of(Outcome.tryLater(wait, wait.reason()));
            case RebuildDecision.StopReceiving stop -> Optional.of(stopReceiving(stop, deadline));
            case RebuildDecision.KeepOut out -> Optional.of(Outcome.notHealthy(out, out.reason()));
            case RebuildDecision.Archive kept -> archive(kept, deadline);
            case RebuildDecision.AskForSnapshot ask -> Optional.of(
                    Outcome.tryLater(ask, keys.wishForSnapshot(ask.reason(), ports.clock().instant(), deadline.atMost(CALL))));
            case RebuildDecision.GiveUpData giveUp -> giveUp(deadline);
            case RebuildDecision.StopServer stop -> Optional.of(stopServer(stop, deadline));
        };
    }

    /** A hand may always stop (protocol P3). The primary needs a moment to notice, and then a barrier. */
    private Outcome stopReceiving(RebuildDecision.StopReceiving decision, Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline.atMost(CALL))) {
            local.stopReceiver();
        } catch (MysqlException e) {
            return Outcome.tryLater(decision, new Reason("mysqld failed on the way: " + e.getMessage()));
        }
        LOG.info("event=receiver-stopped reason=\"{}\"", decision.reason());
        return Outcome.tryLater(decision, decision.reason());
    }

    private Optional<Outcome> archive(RebuildDecision.Archive decision, Deadline deadline) {
        // Nobody may be reading from a node whose data is in doubt.
        services.withdraw(deadline.atMost(CALL));
        ServerState mysqld;
        List<BinlogFile> binlogs;
        try (Mysql local = ports.servers().connectLocal(deadline.atMost(CALL))) {
            if (!local.tryRoleLock(ROLE_LOCK)) {
                return Optional.of(Outcome.tryLater(decision, new Reason("another hand holds this server's role lock")));
            }
            local.stopReceiver();
            mysqld = local.read();
            binlogs = local.binlogs();
        } catch (MysqlException e) {
            return Optional.of(Outcome.tryLater(decision, new Reason("mysqld failed on the way: " + e.getMessage())));
        }
        Optional<RebuildView.Primary> other = primary.read(deadline.atMost(CALL));
        return other.isEmpty() ? Optional.empty() : archive(mysqld, binlogs, other.get(), deadline);
    }

    private Optional<Outcome> archive(ServerState mysqld, List<BinlogFile> binlogs, RebuildView.Primary other, Deadline deadline) {
        GtidSet errant = errant(mysqld, other);
        List<String> sources =
                new ArrayList<>(BinlogFiles.holding(errant.intersect(mysqld.executed()), binlogs, mysqld.executed()));
        if (!mysqld.executed().contains(errant)) {
            sources.addAll(archive.relayLogs());
        }
        Evidence evidence = archive.keep(outline(mysqld, errant, other, deadline), sources, deadline);
        LOG.warn(
                "event=evidence id={} term={} lost=\"{}\" unacknowledged=\"{}\" stray=\"{}\" place={} files={}",
                evidence.id(),
                evidence.term(),
                evidence.fate().lost(),
                evidence.fate().unacknowledged(),
                evidence.fate().stray(),
                evidence.place(),
                evidence.files().stream().map(Evidence.File::source).toList());
        return Optional.empty();
    }

    private Evidence outline(ServerState mysqld, GtidSet errant, RebuildView.Primary other, Deadline deadline) {
        Deadline call = deadline.atMost(CALL);
        Durability.Mode mode = keys.durability(call).map(d -> d.value().mode()).orElse(Durability.Mode.ASYNC);
        return new Evidence(
                Evidence.idOf(node.name(), mysqld.serverUuid(), errant),
                node.name(),
                mysqld.serverUuid(),
                mysqld.clusterUuid().orElseThrow(),
                mysqld.version().text(),
                other.record().term(),
                other.record().node() + " is the primary of term " + other.record().term() + " and lacks them",
                Evidence.Fate.of(errant, keys.primaryUuids(call), mode),
                archive.place(),
                List.of(),
                ports.clock().instant().truncatedTo(ChronoUnit.MILLIS));
    }

    /** Decided again while no other hook of this node can act: what was archived and looked at may have taken long. */
    private Optional<Outcome> giveUp(Deadline deadline) {
        Optional<HookLock> lock = ports.state().tryLock(deadline.atMost(LOCK));
        if (lock.isEmpty()) {
            return Optional.of(Outcome.tryLater("Busy", new Reason("another hook of this node is at work")));
        }
        HookLock held = lock.get();
        try {
            if (ports.state().stopping()) {
                return Optional.of(Outcome.tryLater("Stopping", new Reason("this container is being stopped")));
            }
            RebuildView view = gather(deadline);
            if (RebuildRule.decide(view) instanceof RebuildDecision.GiveUpData giveUp) {
                services.withdraw(deadline.atMost(CALL));
                Optional<Evidence> evidence = view.archive();
                keys.forgetWish(deadline.atMost(CALL));
                ports.state().writeDiscarded(new Discarded(evidence.map(Evidence::id), giveUp.reason()));
                LOG.warn("event=rebuild evidence={} reason=\"{}\"", evidence.map(Evidence::id).orElse("none"), giveUp.reason());
            }
            return Optional.empty();
        } finally {
            held.close();
        }
    }

    private Outcome stopServer(RebuildDecision.StopServer decision, Deadline deadline) {
        Optional<MysqldStart> running = ports.state().mysqldStart();
        if (running.isEmpty()) {
            return Outcome.done("Rebuild", decision.reason());
        }
        try (Mysql local = ports.servers().connectLocal(deadline.atMost(CALL))) {
            local.shutdown();
        } catch (MysqlException e) {
            LOG.info("event=terminate pid={} reason=\"{}\"", running.get().pid(), e.getMessage());
            ports.program().terminate(running.get());
        }
        boolean ended = ports.poll()
                .until(deadline.atMost(STOP), PAUSE, () -> ports.state().mysqldStart().equals(running) ? Optional.empty() : Optional.of(true))
                .isPresent();
        if (!ended) {
            // Its data is given up: there is nothing to be kept by patience.
            ports.program().kill(running.get());
        }
        ports.state().deleteDiverged();
        return Outcome.done("Rebuild", new Reason(ports.state().discarded().map(d -> d.why().text()).orElse("mysqld is stopped")));
    }
}
