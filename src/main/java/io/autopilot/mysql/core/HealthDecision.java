package io.autopilot.mysql.core;

/** What a node does next to have the role that the cluster gives it; one case an action. */
public sealed interface HealthDecision {
    Reason reason();

    /** All is as it should be: keep the services and the heartbeat up. */
    record Serve(Role role, Reason reason) implements HealthDecision {}

    /** Stop accepting writes at once (G1). */
    record Fence(Reason reason) implements HealthDecision {}

    /** Kill a server that is of no use while another one could serve: waiting clients are told nothing (protocol P5). */
    record EndServer(Reason reason) implements HealthDecision {}

    /** Holds the lease and is read-only: become writable (protocol P6). */
    record BecomeWritable(long term, Reason reason) implements HealthDecision {}

    /** Nobody holds the lease and this server may have it without an election. */
    record TakeLease(long term, Reason reason) implements HealthDecision {}

    /** Nobody holds the lease: begin the take-over of protocol P4. */
    record TakeOver(long term, Reason reason) implements HealthDecision {}

    /** Give the lease up so that a replica can have it without waiting. */
    record ReleaseLease(Reason reason) implements HealthDecision {}

    /** Nobody holds the lease, and this node can't take over though the last primary has named it: let others do it. */
    record Decline(Reason reason) implements HealthDecision {}

    /** Replicate from that server. */
    record Follow(Address primary, long term, Reason reason) implements HealthDecision {}

    /** Begin, or end, to acknowledge what that primary writes (protocol P2). */
    record Acknowledge(boolean on, Address primary, long term, String primaryUuid, Reason reason) implements HealthDecision {}

    /** Lossless mode without Consul: go on as the primary for as long as commits are acknowledged (protocol P7). */
    record ServeAlone(Reason reason) implements HealthDecision {}

    /** Replicates well and serves nobody: in maintenance. */
    record Rest(Reason reason) implements HealthDecision {}

    /** Change nothing now; the next run decides anew. */
    record StandBy(Reason reason) implements HealthDecision {}

    /** Out of service until somebody does something about it; the data stays as it is. */
    record StayOut(Reason reason) implements HealthDecision {}

    /** Out of service: replication can't bring this server's data and the primary's together. What becomes of it: {@link RebuildRule}. */
    record Diverged(Reason reason) implements HealthDecision {}

    /** The roles of design, Terms. */
    enum Role {
        PRIMARY,
        REPLICA
    }
}
