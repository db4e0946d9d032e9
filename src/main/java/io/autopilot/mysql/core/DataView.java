package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What preStart decides on: the data volume and what Consul and the store say of the cluster.
 *
 * @param mark the cluster that the data directory belongs to, by this node's own note
 * @param empty nothing in the data directory
 * @param strangers what lies on the volume that this program didn't put there
 * @param initialized the cluster's uuid, if Consul knows the cluster
 * @param pointer Consul names a newest snapshot
 * @param stored the store holds a snapshot of this cluster's name
 * @param nodesListed instances of the cluster's services are in the catalog, living or not
 * @param nodesAlive at least one of them passes
 * @param bootstrapFrom the operator's word on how to begin
 * @param discarded why the data directory is given up, if it is
 * @param paused an operator wants nothing changed
 * @param primary what a node made anew would follow; empty when it can't be read, or nobody needs to know
 * @param snapshots whether one can be caught up from, when the primary is known
 * @param obeyed the word by which the cluster that Consul knows was founded
 * @param now when all of this was read
 * @param waited for how long a new snapshot has been waited for, though one that is there would do
 */
public record DataView(
        Optional<Mark> mark,
        boolean empty,
        List<String> strangers,
        Optional<String> initialized,
        boolean pointer,
        boolean stored,
        boolean nodesListed,
        boolean nodesAlive,
        Optional<String> bootstrapFrom,
        Optional<String> obeyed,
        Optional<Reason> discarded,
        boolean paused,
        Optional<CatchUp> primary,
        Optional<SnapshotChoice> snapshots,
        Instant now,
        Duration waited) {
    public DataView {
        strangers = List.copyOf(strangers);
    }

    /** As LocalState keeps it: unconfirmed while it isn't certain that this directory founded the cluster. */
    public record Mark(String clusterUuid, boolean confirmed) {}
}
