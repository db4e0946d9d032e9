package io.autopilot.mysql.core;

/**
 * Semi-synchronous replication on one server, both sides, as it says itself (MySQL Reference Manual, "Semisynchronous Replication").
 *
 * @param sourceOn a commit waits until it is acknowledged by so many replicas as are required
 * @param acksRequired how many those are
 * @param listeners replicas that are connected and said they acknowledge
 * @param waiting sessions whose commit waits now
 * @param replicaEnabled this server acknowledges from the next start of its receiver on
 * @param acknowledging its receiver, as it runs now, acknowledges
 */
public record SemiSync(
        boolean sourceOn, int acksRequired, int listeners, int waiting, boolean replicaEnabled, boolean acknowledging) {

    /** Acknowledges now, or would after the next start of the receiver. */
    public boolean mayAcknowledge() {
        return replicaEnabled || acknowledging;
    }
}
