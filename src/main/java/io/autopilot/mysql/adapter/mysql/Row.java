package io.autopilot.mysql.adapter.mysql;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The row that a query is at. */
final class Row {
    private final ResultSet rows;

    Row(ResultSet rows) {
        this.rows = rows;
    }

    /** A column's text by its place, from 1; empty for NULL. */
    Optional<String> text(int column) throws SQLException {
        return Optional.ofNullable(nullable(rows.getString(column)));
    }

    /** A column's text by its name; empty for NULL. */
    Optional<String> text(String column) throws SQLException {
        return Optional.ofNullable(nullable(rows.getString(column)));
    }

    /** A column's number by its place, from 1; 0 for NULL. */
    long number(int column) throws SQLException {
        return rows.getLong(column);
    }

    /** JDBC gives null for NULL, which its signature doesn't say. */
    private static @Nullable String nullable(@Nullable String text) {
        return text;
    }
}
