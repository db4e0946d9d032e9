package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.CatchUp;
import io.autopilot.mysql.core.DataView;
import io.autopilot.mysql.core.PreStartDecision;
import io.autopilot.mysql.core.PreStartRule;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.DataVolume;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.DataMark;
import io.autopilot.mysql.port.LocalState.Discarded;
import io.autopilot.mysql.port.StoreException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the data directory ready for mysqld, or says why it can't be (design, Hooks and Bootstrap). */
public final class PreStart implements Hook {
    private static final Logger LOG = LoggerFactory.getLogger(PreStart.class);
    private static final Duration CALL = Duration.ofSeconds(5);

    /** A snapshot takes its time, and the look for one reads every manifest. */
    private static final Duration FOR_SNAPSHOT = Duration.ofSeconds(5);

    /** A new data directory with its redo and binary logs takes 200 MB on 8.0 and later, and then it has to grow. */
    private static final long NEW_DATA = 300L << 20;

    private final Node node;
    private final Ports ports;
    private final DataVolume volume;
    private final Snapshots snapshots;
    private final Supplier<String> serverConfiguration;
    private final Founding founding;
    private final ClusterKeys keys;
    private final EstablishedPrimary primary;
    private final Waiting waiting;
    /** Since when this run has waited for a new snapshot. */
    private Optional<Instant> asked = Optional.empty();

    /**
     * @param serverConfiguration the text of my.cnf for this container
     * @param newUuid makes the uuid of a new cluster
     */
    public PreStart(
            Node node,
            Ports ports,
            DataVolume volume,
            Snapshots snapshots,
            Supplier<String> serverConfiguration,
            Supplier<String> newUuid) {
        this.node = node;
        this.ports = ports;
        this.volume = volume;
        this.snapshots = snapshots;
        this.serverConfiguration = serverConfiguration;
        this.founding = new Founding(node, ports, volume, snapshots, newUuid);
        this.keys = new ClusterKeys(node, ports.consul());
        this.primary = new EstablishedPrimary(node, ports);
        this.waiting = new Waiting(ports.sleeper());
    }

    @Override
    public Outcome run(Deadline deadline) {
        try {
            snapshots.checkStore(deadline.atMost(Duration.ofSeconds(30)));
        } catch (Snapshots.UnusableSnapshotException e) {
            if (!isPassing(e) || volume.isEmpty()) {
                return failed("StoreFailed", e);
            }
            // Its next snapshot has to wait, and what it serves doesn't.
            LOG.warn("event=store-out-of-reach reason=\"{}\"", e.getMessage());
        }
        return waiting.until(deadline, () -> step(deadline)).orElseGet(waiting::tooLong);
    }

    private Optional<Outcome> step(Deadline deadline) {
        try {
            return act(PreStartRule.decide(observe(deadline.atMost(CALL))), deadline);
        } catch (Snapshots.UnusableSnapshotException e) {
            return Optional.of(failed("RestoreFailed", e));
        }
    }

    private static Outcome failed(String decision, Snapshots.UnusableSnapshotException e) {
        Reason reason = new Reason(String.valueOf(e.getMessage()));
        return isPassing(e) ? Outcome.tryLater(decision, reason) : Outcome.refused(decision, reason);
    }

    /** A store that is only busy or out of reach is no fault of the configuration. */
    private static boolean isPassing(Snapshots.UnusableSnapshotException e) {
        return e.getCause() instanceof StoreException store && store.isTransient();
    }

    private DataView observe(Deadline deadline) {
        LocalState state = ports.state();
        Instant now = ports.clock().instant();
        Optional<String> initialized = keys.clusterUuid(deadline);
        boolean unknown = initialized.isEmpty();
        List<ServiceInstance> listed = new ArrayList<>();
        for (String service : List.of(
                node.settings().nodeService(), node.settings().primaryService(), node.settings().serviceName())) {
            listed.addAll(ports.consul().instances(service, deadline));
        }
        Optional<Reason> discarded = state.discarded().map(Discarded::why);
        boolean pointed = snapshots.pointed(deadline);
        // The data of a node that starts on it is compared by health, with a server that can tell.
        Optional<CatchUp> toFollow = discarded.isPresent() || (volume.isEmpty() && pointed) ? toFollow(deadline) : Optional.empty();
        return new DataView(
                state.dataMark().map(m -> new DataView.Mark(m.clusterUuid(), m.confirmed())),
                volume.isEmpty(),
                volume.strangers(),
                initialized,
                pointed,
                unknown && snapshots.stored(deadline),
                !listed.isEmpty(),
                listed.stream().filter(i -> !i.id().equals(node.nodeServiceId())).anyMatch(ServiceInstance::passing),
                node.settings().bootstrapFrom(),
                initialized.flatMap(uuid -> keys.obeyed(uuid, deadline)),
                discarded,
                discarded.isPresent() && keys.holdsStill(now, deadline),
                toFollow,
                toFollow.flatMap(p -> initialized.map(uuid -> snapshots.choose(uuid, p, deadline))),
                now,
                asked.map(since -> Duration.between(since, now)).orElse(Duration.ZERO));
    }

    private Optional<CatchUp> toFollow(Deadline deadline) {
        return primary.read(deadline).map(found -> CatchUp.with(found.state()));
    }

    private Optional<Outcome> act(PreStartDecision decision, Deadline deadline) {
        return switch (decision) {
            case PreStartDecision.AskForSnapshot ask -> {
                asked = asked.or(() -> Optional.of(ports.clock().instant()));
                waiting.because(keys.wishForSnapshot(ask.reason(), ports.clock().instant(), deadline.atMost(CALL)));
                ports.sleeper().sleep(FOR_SNAPSHOT);
                yield Optional.empty();
            }
            case PreStartDecision.Wait wait -> {
                waiting.because(wait.reason());
                yield Optional.empty();
            }
            case PreStartDecision.Refuse refuse -> Optional.of(Outcome.refused(refuse, refuse.reason()));
            case PreStartDecision.OnVolume work -> refusal().or(() -> act(work, deadline));
        };
    }

    /** Not before it is decided what to do on the volume: one that is refused may be somebody else's, down to its owner. */
    private Optional<Outcome> refusal() {
        try {
            volume.prepare();
            volume.removeLeftovers();
            return Optional.empty();
        } catch (UncheckedIOException e) {
            return Optional.of(Outcome.refused("VolumeFailed", new Reason(e.getMessage() + ": " + e.getCause()
                    + "; MYSQL_DATADIR has to name a volume of this node's own that it can write to")));
        }
    }

    private Optional<Outcome> act(PreStartDecision.OnVolume decision, Deadline deadline) {
        return switch (decision) {
            case PreStartDecision.UseData use -> {
                volume.writeServerConfiguration(serverConfiguration.get());
                yield Optional.of(Outcome.done(use, use.reason()));
            }
            case PreStartDecision.Announce announce -> {
                LOG.info("event=announce cluster={} reason=\"{}\"", announce.clusterUuid(), announce.reason());
                founding.announce(announce.clusterUuid(), deadline);
                yield Optional.empty();
            }
            case PreStartDecision.Confirm confirm -> {
                founding.confirm(confirm.clusterUuid(), deadline);
                yield Optional.empty();
            }
            case PreStartDecision.Wipe wipe -> {
                LOG.warn("event=wipe reason=\"{}\"", wipe.reason());
                volume.wipe();
                ports.state().deleteDataMark();
                yield Optional.empty();
            }
            case PreStartDecision.Discard discard -> {
                LOG.warn("event=discard reason=\"{}\"", discard.reason());
                volume.wipe();
                ports.state().deleteDataMark();
                ports.state().deleteRestoredGtids();
                ports.state().deleteMustJoin();
                // Last: until here the next run begins with this again.
                ports.state().deleteDiscarded();
                yield Optional.empty();
            }
            case PreStartDecision.Restore restore -> {
                restore(restore, deadline);
                yield Optional.empty();
            }
            case PreStartDecision.Initialise initialise -> {
                Optional<Outcome> noRoom = noRoomForNewData();
                if (noRoom.isEmpty()) {
                    founding.fromNothing(initialise.reason(), deadline).ifPresent(waiting::because);
                }
                yield noRoom;
            }
            case PreStartDecision.FoundFrom from -> {
                founding.fromSnapshot(from.snapshot(), from.reason(), deadline).ifPresent(waiting::because);
                yield Optional.empty();
            }
        };
    }

    private Optional<Outcome> noRoomForNewData() {
        long usable = volume.usableBytes();
        return usable >= NEW_DATA
                ? Optional.empty()
                : Optional.of(Outcome.refused("NoRoom", new Reason("no room for new data at " + volume.dataDirectory() + ": " + NEW_DATA
                        + " bytes are needed, " + usable + " are free; give MYSQL_DATADIR a larger volume")));
    }

    private void restore(PreStartDecision.Restore restore, Deadline deadline) {
        Optional<String> cluster = ports.consul().get(node.initializedKey(), deadline.atMost(CALL)).map(KvEntry::value);
        Optional<CatchUp> toFollow = toFollow(deadline.atMost(CALL));
        LOG.info("event=restore reason=\"{}\"", restore.reason());
        RestoredDirectory.make(ports.state(), volume, directory -> {
            Snapshots.Restored restored = snapshots.restore(Optional.empty(), cluster, toFollow, directory, deadline);
            ports.state().writeMustJoin();
            LOG.info("event=restored snapshot={}", restored.id());
            return new RestoredDirectory.Made(new DataMark(restored.clusterUuid(), true), restored.gtidsToSet(), Optional.empty());
        });
    }
}
