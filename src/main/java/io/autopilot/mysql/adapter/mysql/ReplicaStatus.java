package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/**
 * One row of SHOW REPLICA STATUS.
 *
 * @param executed gtid_executed, taken together with the rest
 * @param atTheEnd whether the applier has come to where the receiver is
 * @param allRead whether the applier runs and has read all that is in the relay logs
 */
record ReplicaStatus(ReplicationState state, GtidSet executed, boolean atTheEnd, boolean allRead) {
    /** In the words of 5.6, and of newer ones. */
    private static final String ALL_READ = "has read all relay log";

    /** Empty when no source is configured. */
    static Optional<ReplicaStatus> read(String what, Session session, Dialect dialect) {
        return session
                .list(what, dialect.showReplicaStatus(), row -> row(row, dialect))
                .stream()
                .filter(status -> !status.state().source().host().isEmpty())
                .findFirst();
    }

    private static ReplicaStatus row(Row row, Dialect dialect) throws SQLException {
        ReplicationState state = new ReplicationState(
                new Address(text(row, dialect, "Source_Host"), Integer.parseInt(text(row, dialect, "Source_Port"))),
                text(row, dialect, "Source_User"),
                switch (text(row, dialect, "Replica_IO_Running")) {
                    case "Yes" -> Receiver.ON;
                    case "No" -> Receiver.OFF;
                    default -> Receiver.CONNECTING;
                },
                text(row, dialect, "Replica_SQL_Running").equals("Yes"),
                text(row, dialect, "Auto_Position").equals("1"),
                GtidSet.parse(text(row, dialect, "Retrieved_Gtid_Set")),
                lag(row, dialect),
                error(text(row, dialect, "Last_IO_Errno"), text(row, dialect, "Last_IO_Error")),
                error(text(row, dialect, "Last_SQL_Errno"), text(row, dialect, "Last_SQL_Error")));
        boolean atTheEnd = text(row, dialect, "Source_Log_File").equals(text(row, dialect, "Relay_Source_Log_File"))
                && text(row, dialect, "Read_Source_Log_Pos").equals(text(row, dialect, "Exec_Source_Log_Pos"));
        boolean allRead = text(row, dialect, "Replica_SQL_Running_State").contains(ALL_READ);
        return new ReplicaStatus(state, GtidSet.parse(text(row, dialect, "Executed_Gtid_Set")), atTheEnd, allRead);
    }

    private static Optional<Duration> lag(Row row, Dialect dialect) throws SQLException {
        return row.text(dialect.statusColumn("Seconds_Behind_Source")).map(Long::parseLong).map(Duration::ofSeconds);
    }

    private static String text(Row row, Dialect dialect, String column) throws SQLException {
        return row.text(dialect.statusColumn(column)).orElse("");
    }

    private static String error(String number, String text) {
        return number.equals("0") || number.isEmpty() ? "" : number + " " + text;
    }

    /** The relay logs may go: everything in them is applied (G4). */
    boolean nothingUnapplied() {
        return executed.contains(state.retrieved());
    }
}
