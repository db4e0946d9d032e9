package io.autopilot.mysql.adapter.mysql;

/** Names inside statements. Values never are: they go in as parameters, which the driver escapes by the session's sql_mode. Stateless. */
final class Sql {
    private Sql() {}

    /** A quoted name, whatever it contains; backticks quote under every sql_mode. */
    static String name(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    /**
     * A quoted database name for GRANT and REVOKE, which take it for a pattern: a right on {@code my_app} would be one on {@code myXapp}
     * too.
     */
    static String grantedDatabase(String name) {
        return name(name.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%"));
    }
}
