package io.autopilot.mysql.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The ledger of a cluster's whole life: which rows were acknowledged to a client, and by whom; to be compared with what the servers have. */
final class AckedRows {
    private final Map<Long, String> acknowledged = new HashMap<>();
    private final Set<Long> knownExtra = new HashSet<>();

    /**
     * What one server has.
     *
     * @param sound ids of rows that could be read whole
     * @param damaged ids of rows whose contents aren't what was written
     */
    record Contents(Set<Long> sound, Set<Long> damaged) {
        /** A server that can't be read at all: what it has isn't known, and counts as one row that is unreadable. */
        static final Contents UNKNOWN = new Contents(Set.of(), Set.of(-1L));
    }

    /**
     * What a comparison found that no comparison before it had found.
     *
     * @param lost acknowledged, and missing on at least one server, with the node that acknowledged it and the servers that lack it
     * @param extra there, and not acknowledged: allowed, since its client was told nothing
     */
    record Difference(Map<Long, String> lost, Set<Long> extra, Set<Long> unreadable) {}

    void acknowledge(Collection<Clients.Ack> acks) {
        acks.forEach(ack -> acknowledged.put(ack.id(), ack.node()));
    }

    /** Each row is told of once: what is lost now isn't expected any more. */
    Difference compare(Map<String, Contents> servers) {
        Map<Long, String> lost = new TreeMap<>();
        Set<Long> extra = new HashSet<>();
        Set<Long> unreadable = new HashSet<>();
        servers.values().forEach(contents -> unreadable.addAll(contents.damaged()));
        acknowledged.forEach((id, by) -> {
            List<String> without = new ArrayList<>();
            servers.forEach((node, contents) -> {
                if (contents != Contents.UNKNOWN && !contents.sound().contains(id) && !contents.damaged().contains(id)) {
                    without.add(node);
                }
            });
            if (!without.isEmpty()) {
                lost.put(id, "acknowledged by " + by + ", not on " + String.join(", ", without));
            }
        });
        lost.keySet().forEach(acknowledged::remove);
        servers.values().forEach(contents -> contents.sound().stream()
                .filter(id -> !acknowledged.containsKey(id) && !lost.containsKey(id) && knownExtra.add(id))
                .forEach(extra::add));
        return new Difference(lost, extra, unreadable);
    }
}
