package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The whole cluster as {@code manage status} shows it.
 *
 * @param clusterUuid empty when Consul knows no such cluster
 * @param primary the newest record of a primary
 * @param held whether a live session holds the lease
 * @param promise what holds for acknowledged writes; empty before the first term
 * @param takeOver a candidate that has announced itself
 * @param lastDrill of the last snapshot that somebody tried to prove
 * @param restraint what holds changes of roles back, as the node that was asked sees it
 * @param lastChange how the newest term began; empty when the history is empty
 * @param stopped why nobody is the primary though some node tried to be; empty when there is one, or nobody tried
 * @param losses terms that began without something that the primary before is known to have had
 * @param evidence errant transactions that were archived, of every node that ever had any
 * @param nodes all that are registered; only the one that was asked when there is trouble
 * @param trouble why the cluster isn't known, with all that belongs to it empty; empty: it is known
 */
public record ClusterStatus(
        String service,
        Optional<String> clusterUuid,
        Optional<PrimaryRecord> primary,
        boolean held,
        Optional<Promise> promise,
        Optional<String> takeOver,
        Optional<LastSnapshot> lastSnapshot,
        Optional<Drill> lastDrill,
        Restraint restraint,
        Optional<TermRecord> lastChange,
        Optional<StoppedElection> stopped,
        List<TermRecord> losses,
        List<Evidence> evidence,
        List<NodeStatus> nodes,
        Optional<Reason> trouble) {
    public ClusterStatus {
        losses = List.copyOf(losses);
        evidence = List.copyOf(evidence);
        nodes = List.copyOf(nodes);
    }

    /** The newest snapshot. */
    public record LastSnapshot(String id, Instant at) {}

    /** What a node is at this moment. */
    public enum Role {
        PRIMARY,
        REPLICA,
        UNASSIGNED,
        DOWN
    }

    /**
     * One node.
     *
     * @param alive whether its hooks run
     * @param lag empty when it isn't known
     * @param serverUuid empty when its server gives no answer
     * @param semiSync empty when it gives no answer, or can't
     * @param maintenance why it neither serves nor takes over
     * @param note what is wrong or remarkable; empty for nothing
     */
    public record NodeStatus(
            String name,
            Address address,
            Role role,
            boolean alive,
            Optional<String> version,
            boolean writable,
            Optional<GtidSet> executed,
            Optional<Duration> lag,
            Optional<String> serverUuid,
            Optional<SemiSync> semiSync,
            Optional<Reason> maintenance,
            String note) {
        /** The same with what an operator has said of it. */
        public NodeStatus maintained(Optional<Reason> why) {
            return new NodeStatus(name, address, role, alive, version, writable, executed, lag, serverUuid, semiSync, why, note);
        }

        /** The same, with another thing to remark. */
        public NodeStatus withNote(String other) {
            return new NodeStatus(name, address, role, alive, version, writable, executed, lag, serverUuid, semiSync, maintenance, other);
        }
    }

    /** What of the evidence the primary has executed by now, because somebody has replayed it under its GTIDs; empty when it can't be read. */
    public GtidSet replayed(Evidence kept) {
        return primary.filter(p -> held)
                .flatMap(p -> nodes.stream().filter(n -> n.name().equals(p.node())).findFirst())
                .flatMap(NodeStatus::executed)
                .map(kept.errant()::intersect)
                .orElse(GtidSet.EMPTY);
    }

    /** Whether exactly the holder of the lease is there and accepts writes. */
    public boolean hasWritablePrimary() {
        return held
                && primary.filter(p -> nodes.stream()
                                .anyMatch(n -> n.name().equals(p.node()) && n.role() == Role.PRIMARY && n.writable()))
                        .isPresent();
    }
}
