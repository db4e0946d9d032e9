package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.SnapshotRetention;
import io.autopilot.mysql.core.SnapshotRetention.Kept;
import io.autopilot.mysql.core.SnapshotRetention.Removal;
import io.autopilot.mysql.hook.SnapshotCatalogue.Entry;
import io.autopilot.mysql.port.Deadline;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes snapshots that have had their time. Of each the description goes first: what is left of one after a kill is nothing, and the next
 * taker removes it. Only the holder of the snapshot lock may prune.
 */
public final class Pruning {
    private static final Logger LOG = LoggerFactory.getLogger(Pruning.class);

    private final Archives archives;
    private final SnapshotCatalogue catalogue;
    private final Drills drills;
    private final SnapshotRetention retention;

    public Pruning(Archives archives, SnapshotRetention retention) {
        this.archives = archives;
        this.catalogue = new SnapshotCatalogue(archives);
        this.drills = new Drills(archives.store());
        this.retention = retention;
    }

    /**
     * What would go. Snapshots of another cluster of the same name are never among them: they may be all that is left of it.
     *
     * @throws io.autopilot.mysql.port.StoreException when the store can't be read
     */
    public List<Removal> due(String clusterUuid, Instant now, Deadline deadline) {
        return retention.decide(
                catalogue.read(deadline).stream().filter(entry -> entry.isOf(clusterUuid)).map(Pruning::kept).toList(), now);
    }

    private static Kept kept(Entry entry) {
        return switch (entry) {
            case Entry.Whole whole -> new Kept(whole.id(), whole.at(), true);
            case Entry.Damaged damaged -> new Kept(damaged.id(), damaged.at(), false);
        };
    }

    /**
     * Removes them.
     *
     * @throws io.autopilot.mysql.port.StoreException when the store fails; the rest goes the next time
     */
    void remove(List<Removal> removals, Deadline deadline) {
        List<String> places = removals.isEmpty() ? List.of() : archives.store().places(deadline);
        for (Removal removal : removals) {
            archives.store().delete(removal.id().manifestName(), deadline);
            for (String place : places) {
                if (place.startsWith(removal.id() + ".")) {
                    archives.store().within(place).deleteAll(deadline);
                }
            }
            drills.forget(removal.id(), deadline);
            LOG.info("event=snapshot-pruned id=\"{}\" reason=\"{}\"", removal.id(), removal.reason());
        }
    }
}
