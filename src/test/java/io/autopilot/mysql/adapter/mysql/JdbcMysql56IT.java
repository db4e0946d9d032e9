package io.autopilot.mysql.adapter.mysql;

import org.junit.jupiter.api.Tag;

/** On the oldest version of all, without super_read_only. */
@Tag("side-by-side")
class JdbcMysql56IT extends RealConnections {
    JdbcMysql56IT() {
        super("mysql-autopilot:5.6", "5.6.14");
    }
}
