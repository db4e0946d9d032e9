package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Drill;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What drills found, beside the snapshots in their store: an object for each, since none is ever overwritten. */
public final class Drills {
    private static final Logger LOG = LoggerFactory.getLogger(Drills.class);
    private static final String PLACE = "drills";
    private static final String END = ".json";
    private static final int LONGEST = 1 << 20;

    private final SnapshotStore store;

    public Drills(SnapshotStore snapshots) {
        this.store = snapshots.within(PLACE);
    }

    private static String beginning(SnapshotId snapshot) {
        return snapshot + "_";
    }

    /** Keeps one for good, until its snapshot goes. */
    void keep(Drill drill, Deadline deadline) {
        String name = beginning(drill.snapshot()) + drill.at().toEpochMilli() + END;
        store.put(name, drill.write().getBytes(StandardCharsets.UTF_8), deadline);
    }

    /** The last one of each snapshot that ever had one. What can't be read counts for nothing. */
    public Map<SnapshotId, Drill> last(Deadline deadline) {
        Map<String, String> newest = new HashMap<>();
        // In order of their names, which end in the time, with as many digits for centuries.
        store.list(deadline).forEach(object -> newest.put(snapshotOf(object.name()), object.name()));
        return newest.values().stream()
                .flatMap(name -> read(name, deadline).stream())
                .collect(Collectors.toMap(Drill::snapshot, drill -> drill));
    }

    private static String snapshotOf(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('_')));
    }

    private Optional<Drill> read(String name, Deadline deadline) {
        try {
            return store.get(name, LONGEST, deadline).map(text -> Drill.read(name, new String(text, StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            LOG.warn("event=drill-unreadable reason=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    /** Of a snapshot that is gone. */
    void forget(SnapshotId snapshot, Deadline deadline) {
        store.list(deadline).stream()
                .map(SnapshotStore.Stored::name)
                .filter(name -> snapshotOf(name).equals(snapshot.text()))
                .forEach(name -> store.delete(name, deadline));
    }
}
