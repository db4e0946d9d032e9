package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.port.Cloning;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.MysqlException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** CLONE LOCAL by a statement (MySQL Reference Manual, "Cloning Data Locally"). Thread-safe. */
public final class JdbcCloning implements Cloning {
    private final ConnectionFactory connections;

    public JdbcCloning(ConnectionFactory connections) {
        this.connections = connections;
    }

    @Override
    public void cloneLocal(Path directory, Deadline deadline) {
        // The statement takes no parameter; MySQL_DATADIR may hold any character.
        String literal = directory.toString().replace("\\", "\\\\").replace("'", "''");
        try (Connection connection = connections.open(deadline);
                Statement statement = connection.createStatement()) {
            // The driver kills the statement in the server when the time is up; the server then removes the directory.
            statement.setQueryTimeout(Math.clamp(deadline.remaining().toSeconds(), 1, Integer.MAX_VALUE / 1000));
            statement.execute("CLONE LOCAL DATA DIRECTORY = '" + literal + "'");
        } catch (SQLException e) {
            throw new MysqlException(
                    "clone into " + directory + ": " + e.getMessage(), isConnectionLost(e), e.getErrorCode(), e);
        }
    }

    private static boolean isConnectionLost(SQLException e) {
        return e.getSQLState() != null && e.getSQLState().startsWith("08");
    }
}
