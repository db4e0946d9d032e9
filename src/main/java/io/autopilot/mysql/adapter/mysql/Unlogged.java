package io.autopilot.mysql.adapter.mysql;

/**
 * Work on this server alone: out of the binary log, and possible while it is read-only. There only super_read_only is lowered; read_only
 * goes on keeping clients out, while this project's own users have the right to write under it. A hook killed in between leaves a
 * server that the next one finds writable, and fences (G6).
 */
record Unlogged(Session session, Dialect dialect) {

    void run(String what, Runnable work) {
        boolean superReadOnly = dialect.hasSuperReadOnly() && session.number(what, "SELECT @@GLOBAL.super_read_only") == 1;
        session.run(what, "SET SESSION sql_log_bin = 0");
        // Resources, not a finally: a failure on the way back must not hide the first one.
        try (Undo _ = undo(what, "SET SESSION sql_log_bin = 1")) {
            if (!superReadOnly) {
                work.run();
                return;
            }
            try (Undo _ = undo(what, "SET GLOBAL super_read_only = ON")) {
                session.run(what, "SET GLOBAL super_read_only = OFF");
                work.run();
            }
        }
    }

    private Undo undo(String what, String sql) {
        return () -> session.run(what, sql);
    }

    private interface Undo extends AutoCloseable {
        @Override
        void close();
    }
}
