package io.autopilot.mysql.core;

import java.util.Optional;

/**
 * What is known when a node that can't follow is to be rebuilt, gathered once.
 *
 * @param marked whether the data directory is given up already
 * @param mysqldRuns whether the server's process is there, answering or not
 * @param mysqld this node's server; empty when it doesn't answer
 * @param clusterUuid the cluster's uuid as Consul knows it
 * @param takeOver whether a node is taking over
 * @param primary another node that holds the lease, is established and accepts writes; empty when none could be read
 * @param paused whether an operator has paused the cluster, or has this node in maintenance
 * @param acknowledges whether acknowledgements of this server count: then it has to leave the ack set first (protocol P1)
 * @param obeysPolicy false when an operator asks for the rebuild
 * @param archive the evidence of this server's errant transactions; empty when it is not complete
 * @param snapshots whether a stored snapshot can be caught up from
 */
public record RebuildView(
        boolean marked,
        boolean mysqldRuns,
        Optional<ServerState> mysqld,
        Optional<String> clusterUuid,
        boolean takeOver,
        Optional<Primary> primary,
        boolean paused,
        boolean acknowledges,
        ErrantPolicy policy,
        boolean obeysPolicy,
        Optional<Evidence> archive,
        SnapshotChoice snapshots) {
    /** The primary, by its record and by its server, which was read after this node's own. */
    public record Primary(PrimaryRecord record, ServerState state) {}

    /** How this server and the primary's differ; empty when one of them could not be read. */
    public Optional<Divergence> divergence() {
        return mysqld.flatMap(mine -> primary.map(p ->
                Divergence.between(mine, p.state().executed(), p.state().purged(), p.state().serverUuid())));
    }
}
