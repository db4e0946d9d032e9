package io.autopilot.mysql.adapter.mysql;

import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On the oldest 8.0 that is supported. */
@Tag("side-by-side")
class JdbcMysql80IT extends RealConnections implements SemiSyncContract {
    JdbcMysql80IT() {
        super("mysql-autopilot:8.0", "8.0.33");
    }

    @Test
    void anApplierThatHoldsHalfATransactionIsStoppedAndGetsItAsAWholeLater() throws SQLException {
        stopsAnApplierThatHoldsHalfATransaction();
    }

    @Override
    public MysqlContract on() {
        return this;
    }

    @Override
    public Write write(int node) {
        return ClientWrite.begin(server(node));
    }
}
