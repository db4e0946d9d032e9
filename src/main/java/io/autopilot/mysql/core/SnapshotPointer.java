package io.autopilot.mysql.core;

import java.time.Instant;
import java.util.Optional;

/**
 * The newest snapshot, as Consul names it.
 *
 * @param at when it was finished
 * @param manifest name of its manifest in the store; empty in a pointer of the predecessor, whose snapshots have none
 * @param clusterUuid the cluster whose data it is; empty in a pointer of the predecessor
 */
public record SnapshotPointer(SnapshotId id, Instant at, Optional<String> manifest, Optional<String> clusterUuid) {
    /** Whether it is a snapshot that a node of that cluster can be made of. */
    public boolean isOf(String cluster) {
        return manifest.isPresent() && clusterUuid.filter(cluster::equals).isPresent();
    }
}
