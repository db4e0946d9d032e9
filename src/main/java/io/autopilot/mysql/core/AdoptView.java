package io.autopilot.mysql.core;

import java.util.List;
import java.util.Optional;

/**
 * What is left of a cluster whose Consul lost its data, as one node finds it.
 *
 * @param primary the primary that Consul names after all
 * @param held whether a live session holds its lease
 * @param clusterUuid the cluster as Consul knows it; empty when it doesn't
 * @param recordedTerm the newest term that Consul still knows; 0 for none
 * @param recordedPrimary the server that was primary in it
 * @param mysqld this node's server; empty when it doesn't answer
 * @param mustJoin whether this node's data comes from a snapshot and has not caught up with a primary since
 */
public record AdoptView(
        String self,
        Optional<PrimaryRecord> primary,
        boolean held,
        Optional<String> clusterUuid,
        long recordedTerm,
        Optional<String> recordedPrimary,
        Optional<ServerState> mysqld,
        boolean mustJoin,
        List<Peer> peers) {
    public AdoptView {
        peers = List.copyOf(peers);
    }

    /**
     * Another registered node.
     *
     * @param hooksRun whether it is alive
     * @param mysqld empty when it doesn't answer
     */
    public record Peer(String node, boolean hooksRun, Optional<ServerState> mysqld) {
        /** Whether its data is of the same cluster as that server's. */
        public boolean isKinOf(ServerState other) {
            return mysqld.filter(state -> state.clusterUuid().equals(other.clusterUuid())).isPresent();
        }

        /** What it has received and that server hasn't; empty when it doesn't answer or belongs to another cluster. */
        public GtidSet more(ServerState than) {
            return isKinOf(than)
                    ? mysqld.map(state -> state.received().minus(than.received())).orElse(GtidSet.EMPTY)
                    : GtidSet.EMPTY;
        }
    }
}
