package io.autopilot.mysql.core;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that a health run decides on, gathered once.
 *
 * @param mysqld this node's server; empty when it doesn't answer
 * @param mysqldRuns whether its process is there, answering or not
 * @param writableRunEnded whether the run of mysqld that accepted writes last has ended without a fence: it crashed, also if another run is there
 * @param clusterUuid the cluster's uuid as confirmed in Consul; empty when Consul doesn't know it
 * @param durability what is promised; empty when there is nothing yet or Consul gave no answer
 * @param ownMode the mode of a term in which this server is primary
 * @param writesUntilFenced whether this run of mysqld may accept writes whatever the clock says (lossless mode)
 * @param foreignIntent a take-over announced by another node whose session lives
 * @param knownTerm the highest term in any record; 0 for none
 * @param primaryExecuted the primary's set, sampled after this node's own; empty when it could not be read
 * @param primaryPurged what the primary's binary logs hold no more, sampled with its set
 * @param links looked at in lossless mode, when another node holds the lease and this one receives nothing from it
 * @param mayWrite whether the right to write of {@link LeaseRight} still holds; without Consul, also until the next run can fence
 * @param acknowledged whether this server has acknowledged a commit within that time, whoever holds the lease
 * @param warm whether this run of mysqld has replicated from the newest primary
 * @param mustJoin whether the data comes from a snapshot and has not caught up with a primary since: it may be old
 * @param coldGrace how long after mysqld's start a replica that isn't warm waits before it takes over
 * @param lastPrimaryPresent whether the last holder of a lease that is free now can take it again: its node passes, its server answers
 * @param successor another living node that the last primary of a free lease has handed over to
 * @param otherHealthyReplicas the names of the other replicas that pass
 * @param handedOver whether the last primary of a free lease has handed over, to this node or to another
 * @param restraint what holds changes of roles back
 */
public record NodeView(
        String self,
        Optional<ServerState> mysqld,
        boolean mysqldRuns,
        boolean writableRunEnded,
        LeaseView lease,
        Optional<String> clusterUuid,
        Optional<Durability> durability,
        Durability.Mode ownMode,
        boolean writesUntilFenced,
        Optional<Durability.Intent> foreignIntent,
        long knownTerm,
        Optional<GtidSet> primaryExecuted,
        Optional<GtidSet> primaryPurged,
        Optional<Links> links,
        boolean mayWrite,
        boolean acknowledged,
        boolean warm,
        boolean mustJoin,
        Duration coldGrace,
        Duration maxLag,
        boolean lastPrimaryPresent,
        Optional<String> successor,
        Set<String> otherHealthyReplicas,
        boolean handedOver,
        Restraint restraint) {
    public NodeView {
        otherHealthyReplicas = Set.copyOf(otherHealthyReplicas);
    }

    /** Whether the newest term is one of lossless mode. */
    public boolean isLossless() {
        return durability.filter(d -> d.mode() == Durability.Mode.LOSSLESS).isPresent();
    }

    /** Why no other node takes over from the last primary of a free lease. */
    Optional<Reason> whyNoTakeOver() {
        return handedOver ? restraint.paused() : restraint.failover();
    }
}
