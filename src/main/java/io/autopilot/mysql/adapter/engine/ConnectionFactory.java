package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.port.Deadline;
import java.sql.Connection;
import java.sql.SQLException;

/** Opens a connection to this node's mysqld as a user who has BACKUP_ADMIN. */
@FunctionalInterface
public interface ConnectionFactory {
    /** Reads on the connection must end by the deadline. */
    Connection open(Deadline deadline) throws SQLException;
}
