package io.autopilot.mysql.core;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How a server replicates, as it says itself.
 *
 * @param source whom it is set to follow
 * @param user the account that it receives with
 * @param receiver state of the receiver (IO) thread
 * @param applierRunning state of the applier (SQL) thread
 * @param autoPosition whether GTID auto-positioning is on
 * @param retrieved the transactions in its relay logs, applied or not
 * @param lag how far the applier is behind; empty when the server doesn't know
 * @param receiverError number and text of the receiver's last error; empty for none
 * @param applierError number and text of the applier's last error; empty for none
 */
public record ReplicationState(
        Address source,
        String user,
        Receiver receiver,
        boolean applierRunning,
        boolean autoPosition,
        GtidSet retrieved,
        Optional<Duration> lag,
        String receiverError,
        String applierError) {
    /**
     * Errors of an applier that looks for relay logs which are not there: they stayed with the server that its data was copied from, or a RESET
     * was killed half-way by another hand (seen; that one had applied all).
     */
    private static final Set<String> NO_RELAY_LOGS = Set.of("13124 ", "1872 ");

    /** The error for a relay log whose next event can't be read. */
    private static final String TORN_RELAY_LOG = "13121 ";

    /** Whether the applier has come to where its relay log ends within an event or is damaged. */
    public boolean isTorn() {
        return applierError.startsWith(TORN_RELAY_LOG);
    }

    /** Whether its server has to forget its source before it can follow one again. */
    public boolean looksForRelayLogs() {
        return NO_RELAY_LOGS.stream().anyMatch(applierError::startsWith);
    }

    /** States of the receiver thread. */
    public enum Receiver {
        ON,
        CONNECTING,
        OFF
    }
}
