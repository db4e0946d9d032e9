package io.autopilot.mysql.port;

import java.nio.file.Path;

/** Lets this node's mysqld copy its own data (CLONE LOCAL, stock MySQL 8.0.17 and later). */
public interface Cloning {
    /**
     * Makes a complete data directory; mysqld makes the directory itself.
     *
     * @param directory must not exist; mysqld's user must be allowed to make it
     * @throws MysqlException when the server refuses, or doesn't get ready before the deadline
     */
    void cloneLocal(Path directory, Deadline deadline);
}
