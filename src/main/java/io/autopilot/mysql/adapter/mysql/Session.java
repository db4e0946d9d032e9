package io.autopilot.mysql.adapter.mysql;

import com.mysql.cj.NativeSession;
import com.mysql.cj.exceptions.CJException;
import com.mysql.cj.jdbc.JdbcConnection;
import com.mysql.cj.protocol.a.NativeConstants;
import com.mysql.cj.protocol.a.NativeConstants.IntegerDataType;
import com.mysql.cj.protocol.a.NativePacketPayload;
import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.MysqlException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One JDBC connection: bounds every statement by the deadline (G7) and turns what goes wrong into a {@link MysqlException} that
 * names the operation and the server. Parameters are escaped by the driver; a {@link Secret} among them keeps the server's error
 * text, which may quote it, out of the exception (G8). Not thread-safe.
 */
final class Session implements AutoCloseable {
    /** On top of the deadline: what was decided in time may still be carried out, such as a fence. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final int SYNTAX_ERROR = 1064;

    private final Connection connection;
    private final Address server;
    private final Deadline deadline;
    private final Cancellation.Held held;

    Session(Connection connection, Address server, Deadline deadline) {
        this.connection = connection;
        this.server = server;
        this.deadline = deadline;
        this.held = Cancellation.holding(this::abort);
    }

    /** Its socket is closed, whoever waits for an answer on it. */
    private void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw new IllegalStateException("a connection to " + server + " can't be given up", e);
        }
    }

    /** Reads one row. */
    interface Reader<T> {
        T read(Row row) throws SQLException;
    }

    /** Something done with the connection itself. */
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    Address server() {
        return server;
    }

    Deadline deadline() {
        return deadline;
    }

    /** Runs a statement; returns the number of rows it changed. */
    int run(String what, String sql, @Nullable Object... parameters) {
        return bounded(what, hasSecret(parameters), open -> {
            try (PreparedStatement statement = prepare(open, sql, parameters)) {
                return statement.executeUpdate();
            }
        });
    }

    /** All rows of a query. */
    <T> List<T> list(String what, String sql, Reader<T> reader, @Nullable Object... parameters) {
        return bounded(what, hasSecret(parameters), open -> {
            try (PreparedStatement statement = prepare(open, sql, parameters);
                    ResultSet rows = statement.executeQuery()) {
                List<T> all = new ArrayList<>();
                while (rows.next()) {
                    all.add(reader.read(new Row(rows)));
                }
                return all;
            }
        });
    }

    /** The first row of a query; empty when there is none. */
    <T> Optional<T> first(String what, String sql, Reader<T> reader, @Nullable Object... parameters) {
        return list(what, sql, reader, parameters).stream().findFirst();
    }

    /** The one number that a query gives; 0 for NULL. */
    long number(String what, String sql, @Nullable Object... parameters) {
        return first(what, sql, row -> row.number(1), parameters).orElse(0L);
    }

    /** Orders a clean stop by the protocol's own command, for servers that have no statement for it (before 5.7.9). */
    void commandShutdown(String what) {
        bounded(what, false, open -> {
            NativePacketPayload command = new NativePacketPayload(2);
            command.writeInteger(IntegerDataType.INT1, NativeConstants.COM_SHUTDOWN);
            // The level. The driver's own shutdownServer leaves it out, which 5.6 calls a malformed packet.
            command.writeInteger(IntegerDataType.INT1, 0);
            return ((NativeSession) open.unwrap(JdbcConnection.class).getSession()).getProtocol().sendCommand(command, false, 0);
        });
    }

    private static boolean hasSecret(@Nullable Object... parameters) {
        for (@Nullable Object parameter : parameters) {
            if (parameter instanceof Secret) {
                return true;
            }
        }
        return false;
    }

    private static PreparedStatement prepare(Connection open, String sql, @Nullable Object... parameters) throws SQLException {
        PreparedStatement statement = open.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            @Nullable Object value = parameters[i] instanceof Secret secret ? secret.reveal() : parameters[i];
            statement.setObject(i + 1, value);
        }
        return statement;
    }

    private <T> T bounded(String what, boolean secret, Work<T> work) {
        Cancellation.check();
        Duration bound = deadline.remaining().plus(GRACE);
        try {
            // Unlike a query time-out this needs neither a thread nor the server's help.
            connection.setNetworkTimeout(Runnable::run, (int) Math.min(bound.toMillis(), Integer.MAX_VALUE));
            return work.on(connection);
        } catch (SQLException e) {
            throw failure(what, secret, e);
        } catch (CJException e) {
            // Below JDBC's own classes the driver throws these.
            throw failure(what, secret, new SQLException(e.getMessage(), e.getSQLState(), e.getVendorCode(), e));
        }
    }

    private MysqlException failure(String what, boolean secret, SQLException e) {
        int code = e.getErrorCode();
        if (code != 0 && (secret || code == SYNTAX_ERROR)) {
            return new MysqlException(
                    what + " on " + server + ": error " + code + "; its text is kept back, it may quote a password", false, code, null);
        }
        return new MysqlException(what + " on " + server + ": " + Failures.text(e), false, code, e);
    }

    @Override
    public void close() {
        held.close();
        try {
            connection.close();
        } catch (SQLException e) {
            // The server drops the session by itself, whatever was lost on the way.
        }
    }
}
