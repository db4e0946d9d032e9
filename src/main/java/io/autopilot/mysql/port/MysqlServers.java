package io.autopilot.mysql.port;

import io.autopilot.mysql.core.Address;

/** Opens connections as the control user. */
public interface MysqlServers {
    /**
     * One connection, never reconnected behind the caller's back (Rule R). No call on it outlasts the deadline by more than a second;
     * waits end at the deadline.
     *
     * @throws MysqlException when there is none before the deadline
     */
    Mysql connect(Address server, Deadline deadline);

    /** The mysqld of this node, over loopback. */
    Mysql connectLocal(Deadline deadline);
}
