package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.CatchUp;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotChoice;
import io.autopilot.mysql.hook.Snapshots;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** A store with at most one snapshot. */
public final class FakeSnapshots implements Snapshots {
    private Optional<Restored> held = Optional.empty();
    private boolean pointed;
    private boolean broken;
    private boolean outOfReach;
    private boolean damaged;

    public void hold(String id, String clusterUuid, GtidSet gtids) {
        held = Optional.of(new Restored(id, clusterUuid, Optional.of(gtids)));
        pointed = true;
    }

    /** Consul has lost its pointer. */
    public void forgetPointer() {
        pointed = false;
    }

    /** The store takes nothing. */
    public void breakStore() {
        broken = true;
    }

    /** The store gives no answer, for now. */
    public void takeStoreAway() {
        outOfReach = true;
    }

    /** The snapshot fails its check, after half of it was unpacked. */
    public void damage() {
        damaged = true;
    }

    @Override
    public void checkStore(Deadline deadline) {
        if (broken) {
            throw new UnusableSnapshotException("/snapshots can't be written to");
        }
        if (outOfReach) {
            StoreException cause = StoreException.passing("s3 doesn't answer", null, Optional.empty());
            throw new UnusableSnapshotException("s3 doesn't answer", cause);
        }
    }

    @Override
    public boolean pointed(Deadline deadline) {
        return pointed;
    }

    @Override
    public boolean stored(Deadline deadline) {
        return held.isPresent();
    }

    @Override
    public SnapshotChoice choose(String clusterUuid, CatchUp primary, Deadline deadline) {
        if (held.isEmpty()) {
            return new SnapshotChoice.None(new Reason("there is no snapshot"), false);
        }
        return held.flatMap(h -> whyNot(h, primary))
                .<SnapshotChoice>map(reason -> new SnapshotChoice.None(reason, true))
                .orElseGet(() -> new SnapshotChoice.Fits(
                        held.get().id(), primary.missingFrom(new GtidRange.Exact(held.get().gtidsToSet().orElseThrow())), Instant.EPOCH, Duration.ofSeconds(5)));
    }

    private static Optional<Reason> whyNot(Restored snapshot, CatchUp primary) {
        return primary.whyNot(new GtidRange.Exact(snapshot.gtidsToSet().orElseThrow()));
    }

    @Override
    public Restored restore(
            Optional<String> id, Optional<String> clusterUuid, Optional<CatchUp> primary, Path into, Deadline deadline) {
        Restored found = held.filter(h -> id.isEmpty() || id.get().equals(h.id()))
                .orElseThrow(() -> new UnusableSnapshotException("no snapshot " + id.orElse("at all")));
        if (clusterUuid.filter(c -> !c.equals(found.clusterUuid())).isPresent()) {
            throw new UnusableSnapshotException("snapshot " + found.id() + " is of cluster " + found.clusterUuid());
        }
        Optional<Reason> whyNot = primary.flatMap(p -> whyNot(found, p));
        if (whyNot.isPresent()) {
            throw new UnusableSnapshotException("snapshot " + found.id() + ": " + whyNot.get());
        }
        try {
            Files.writeString(into.resolve("ibdata1"), "restored");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (damaged) {
            throw new UnusableSnapshotException("snapshot " + found.id() + " is damaged");
        }
        return found;
    }
}
