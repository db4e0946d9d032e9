package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.port.MysqlException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The database in which this project keeps what belongs to the data: its cluster, its terms, its heartbeat. Stateless. */
final class Schema {
    static final String NAME = "autopilot";
    private static final int UNKNOWN_DATABASE = 1049;
    private static final int NO_SUCH_TABLE = 1146;

    /**
     * Columns of the journal that came later, last and nullable: rows go from a server that has them to one that doesn't, and back. The write
     * gap is the most that it can have been.
     */
    private static final Map<String, String> LATER = columns();

    /**
     * Each node makes the tables for itself, not binlogged. The row of {@code cluster} isn't binlogged either; those of the others are
     * replicated.
     */
    private static final List<String> STATEMENTS = List.of(
            "CREATE DATABASE IF NOT EXISTS autopilot CHARACTER SET utf8mb4",
            "CREATE TABLE IF NOT EXISTS autopilot.cluster (one TINYINT PRIMARY KEY, uuid VARCHAR(64) NOT NULL) ENGINE = InnoDB",
            "CREATE TABLE IF NOT EXISTS autopilot.journal (term BIGINT PRIMARY KEY, node VARCHAR(255) NOT NULL,"
                    + " why VARCHAR(1000) NOT NULL, at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6), "
                    + LATER.entrySet().stream().map(c -> c.getKey() + " " + c.getValue()).collect(Collectors.joining(", "))
                    + ") ENGINE = InnoDB",
            "CREATE TABLE IF NOT EXISTS autopilot.heartbeat (id TINYINT PRIMARY KEY, term BIGINT NOT NULL,"
                    + " at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)) ENGINE = InnoDB");

    private Schema() {}

    private static Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("kind", "VARCHAR(32)");
        columns.put("from_node", "VARCHAR(255)");
        columns.put("write_gap_ms", "BIGINT");
        columns.put("executed", "MEDIUMTEXT");
        columns.put("lost", "MEDIUMTEXT");
        return columns;
    }

    /** The statements that add what a journal of an older version lacks; none when there is no journal yet. */
    static List<String> missingFromJournal(String what, Session session) {
        List<String> there = session.list(
                what,
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'autopilot' AND table_name = 'journal'",
                row -> row.text(1).orElse("").toLowerCase(Locale.ROOT));
        return there.isEmpty()
                ? List.of()
                : LATER.entrySet().stream()
                        .filter(column -> !there.contains(column.getKey()))
                        .map(column -> "ALTER TABLE autopilot.journal ADD COLUMN " + column.getKey() + " " + column.getValue())
                        .toList();
    }

    /** Makes what is missing; within {@link Unlogged}. */
    static void create(String what, Session session) {
        STATEMENTS.forEach(statement -> session.run(what, statement));
    }

    /**
     * What the data says of itself.
     *
     * @param clusterUuid empty on a server that was not provisioned or marked
     * @param journalTerm 0 for none
     */
    record Marks(Optional<String> clusterUuid, long journalTerm) {}

    static Marks read(String what, Session session) {
        try {
            return session.first(
                            what,
                            "SELECT (SELECT uuid FROM autopilot.cluster WHERE one = 1), (SELECT MAX(term) FROM autopilot.journal)",
                            row -> new Marks(row.text(1), row.number(2)))
                    .orElse(new Marks(Optional.empty(), 0));
        } catch (MysqlException e) {
            if (e.code() == UNKNOWN_DATABASE || e.code() == NO_SUCH_TABLE) {
                return new Marks(Optional.empty(), 0);
            }
            throw e;
        }
    }
}
