package io.autopilot.mysql.adapter.mysql;

import java.sql.SQLException;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** On 9.7 LTS, the version that the image has by default. */
class JdbcMysqlIT extends RealConnections implements SemiSyncContract {
    JdbcMysqlIT() {
        super("mysql-autopilot:9.7", "9.7.4");
    }

    @Test
    void aProvisioningThatWasCutOffBeforeTheGrantsIsFinished() {
        server(1).run(
                "SET SESSION sql_log_bin = 0",
                "SET GLOBAL read_only = OFF",
                "CREATE USER 'autopilot'@'%' IDENTIFIED BY '" + CONTROL.reveal().replace("'", "''") + "' ACCOUNT LOCK",
                "SET GLOBAL super_read_only = ON");
        provisioned(1);
        assertDoesNotThrow(() -> remote(1).markCluster("c1"));
    }

    @Test
    void aRightThatAPluginBroughtLaterIsNoObstacle() {
        Mysql control = provisioned(1);
        control.makeWritable();
        server(1).run("SET SESSION sql_log_bin = 0", "INSTALL PLUGIN rewriter SONAME 'rewriter.so'");
        try {
            assertDoesNotThrow(() -> local(1).provision(ACCOUNTS));
        } finally {
            server(1).run("SET SESSION sql_log_bin = 0", "UNINSTALL PLUGIN rewriter");
        }
    }

    /** The server would quote it; 5.6 cuts it off instead. */
    @Test
    void noPasswordGetsIntoAnException() {
        Mysql control = provisioned(1);
        Secret tooLong = new Secret("0123456789012345678901234567890123456789");
        MysqlException failure = assertThrows(MysqlException.class, () -> control.follow(address(2), "repl", tooLong));
        assertTrue(failure.code() != 0);
        StringWriter everything = new StringWriter();
        failure.printStackTrace(new PrintWriter(everything));
        assertFalse(everything.toString().contains(tooLong.reveal().substring(0, 10)), everything::toString);
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
