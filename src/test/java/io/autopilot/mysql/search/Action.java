package io.autopilot.mysql.search;

/**
 * Something that happens next.
 *
 * @param node to whom, by number
 * @param other a second node; or which of a hook's steps it stops before; else 0
 */
record Action(Kind kind, int node, int other) {
    /** What it is taken from. */
    enum Cost {
        FREE,
        FAULT,
        PARK,
        WRITE
    }

    enum Kind {
        /** The health hook, from its look to its end. */
        HEALTH("health", Cost.FREE),
        SWITCHOVER("switchover", Cost.FAULT),
        STOP("preStop", Cost.FAULT),
        /** The same hooks, up to one of their steps. */
        HEALTH_UP_TO("health stops before step", Cost.PARK),
        SWITCHOVER_UP_TO("switchover stops before step", Cost.PARK),
        STOP_UP_TO("preStop stops before step", Cost.PARK),
        GO_ON("hook goes on to its end", Cost.FREE),
        KILL_HOOK("hook is killed", Cost.FREE),
        /** Rule R: what it has sent outlives it. */
        KILL_HOOK_WITH_CALL_ON_ITS_WAY("hook is killed, with its call on the way", Cost.FREE),
        CALL_ARRIVES("call of the killed hook arrives", Cost.FREE),
        WRITE("client writes", Cost.WRITE),
        HOLD("server receives nothing", Cost.FAULT),
        FLOW("server receives again", Cost.FREE),
        CUT("is cut from", Cost.FAULT),
        MEND("reaches again", Cost.FREE),
        CUT_FROM_CONSUL("is cut from Consul", Cost.FAULT),
        REACH_CONSUL("reaches Consul again", Cost.FREE),
        SESSION_DIES("session dies", Cost.FAULT),
        MYSQLD_DIES("mysqld dies", Cost.FAULT),
        MYSQLD_STARTS("mysqld starts", Cost.FREE),
        CONTAINER_DIES("container dies", Cost.FAULT),
        CONTAINER_STARTS("container starts", Cost.FREE),
        ALL_DIE("and all others lose their power", Cost.FAULT),
        DISK_DIES("disk dies, a snapshot takes its place", Cost.FAULT),
        TIME_PASSES("sees three leases pass", Cost.FREE),
        OTHER_ACKS("and all others get another REPLICATION_ACKS", Cost.FAULT);

        final String words;
        final Cost cost;

        Kind(String words, Cost cost) {
            this.words = words;
            this.cost = cost;
        }
    }

    static Action of(Kind kind, int node) {
        return new Action(kind, node, 0);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case CUT, MEND -> "db" + node + " " + kind.words + " db" + other;
            case HEALTH_UP_TO, SWITCHOVER_UP_TO, STOP_UP_TO -> "db" + node + " " + kind.words + " " + other;
            default -> "db" + node + " " + kind.words;
        };
    }
}
