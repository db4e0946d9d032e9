package io.autopilot.mysql.search;

import io.autopilot.mysql.search.Action.Kind;
import java.util.EnumSet;
import java.util.Set;

/** What can happen in one search: of everything at once there is too much to go far. Within a theme nothing is left out. */
enum Theme {
    /** Who acknowledges, and how many have to, changes: A and W. */
    MEMBERS(4, 2, 0, 1, Kind.HEALTH, Kind.WRITE, Kind.HOLD, Kind.FLOW, Kind.CUT, Kind.MEND, Kind.MYSQLD_DIES, Kind.MYSQLD_STARTS,
            Kind.OTHER_ACKS),

    /** Hooks that stop half-way, are killed there, or go on when others have done something else. */
    HOOKS(3, 1, 1, 1, Kind.HEALTH, Kind.HEALTH_UP_TO, Kind.GO_ON, Kind.KILL_HOOK, Kind.KILL_HOOK_WITH_CALL_ON_ITS_WAY, Kind.CALL_ARRIVES,
            Kind.WRITE, Kind.SESSION_DIES, Kind.CUT_FROM_CONSUL, Kind.CONTAINER_DIES, Kind.CONTAINER_STARTS, Kind.TIME_PASSES),

    /** A primary that hands over, or tries to, and comes back. */
    HAND_OVER(3, 1, 1, 0, Kind.HEALTH, Kind.SWITCHOVER, Kind.SWITCHOVER_UP_TO, Kind.STOP, Kind.STOP_UP_TO, Kind.GO_ON, Kind.KILL_HOOK,
            Kind.WRITE, Kind.SESSION_DIES, Kind.CONTAINER_STARTS, Kind.TIME_PASSES),

    /** Primaries die and come back, one by one or all at once, and a disk is lost. */
    RETURN(4, 2, 0, 1, Kind.HEALTH, Kind.WRITE, Kind.HOLD, Kind.FLOW, Kind.ALL_DIE, Kind.CONTAINER_DIES, Kind.CONTAINER_STARTS, Kind.DISK_DIES,
            Kind.TIME_PASSES),

    EVERYTHING(2, 1, 1, 1, Kind.values());

    private final int depth;
    private final int faults;
    private final int parks;
    private final int writes;
    private final Set<Kind> kinds;

    Theme(int depth, int faults, int parks, int writes, Kind... kinds) {
        this.depth = depth;
        this.faults = faults;
        this.parks = parks;
        this.writes = writes;
        this.kinds = EnumSet.of(kinds[0], kinds);
    }

    /** What a test has the time for. */
    Bounds bounds(int acks) {
        return Bounds.of(acks, depth, faults, parks, writes).only(kinds);
    }
}
