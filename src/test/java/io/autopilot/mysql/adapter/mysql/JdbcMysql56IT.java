package io.autopilot.mysql.adapter.mysql;

/** On the oldest version of all, without super_read_only. */
class JdbcMysql56IT extends RealConnections {
    JdbcMysql56IT() {
        super("mysql-autopilot:5.6", "5.6.14");
    }
}
