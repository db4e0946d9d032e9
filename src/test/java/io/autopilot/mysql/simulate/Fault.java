package io.autopilot.mysql.simulate;

import java.time.Duration;

/**
 * Something that goes wrong.
 *
 * @param at after the beginning of the faults
 * @param node whose, by number; counts modulo the number of nodes
 * @param other a second node, or what else the kind needs
 * @param lasts for how long
 */
record Fault(Duration at, Kind kind, int node, int other, Duration lasts) {
    enum Kind {
        MYSQLD_KILLED,
        CONTAINER_KILLED,
        CONTAINER_REPLACED,
        MACHINE_REBOOTED,
        DISK_LOST,
        FROZEN,
        CUT_FROM_A_NODE,
        CUT_FROM_CONSUL,
        CUT_FROM_ALL,
        CONSUL_AWAY,
        CONSUL_SILENT,
        CONSUL_RESTARTED,
        SESSION_ENDED,
        HOOK_KILLED_BEFORE,
        HOOK_KILLED_ON_THE_WAY,
        HOOK_KILLED_AFTER,
        STOPPED,
        SLOW,
        APPLIES_NOTHING,
        POWER_CUT
    }

    @Override
    public String toString() {
        return String.format("%6.2f s  %s node=%d other=%d for %.2f s", at.toMillis() / 1000.0, kind, node, other, lasts.toMillis() / 1000.0);
    }
}
