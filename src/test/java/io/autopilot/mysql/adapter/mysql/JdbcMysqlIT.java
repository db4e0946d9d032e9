package io.autopilot.mysql.adapter.mysql;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Cancellation.CancelledException;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** On 9.7 LTS, the version that the image has by default. */
@Tag("side-by-side")
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

    /** As the death of a process would: the server itself ends its sessions, also one in the middle of a statement. */
    @Test
    void aRunThatIsGivenUpHoldsNothingAndReachesNothing() throws InterruptedException {
        Mysql other = provisioned(1);
        Cancellation run = new Cancellation();
        AtomicReference<Mysql> given = new AtomicReference<>();
        Thread stuck = Thread.ofPlatform().start(() -> run.over(() -> {
            Mysql own = local(1);
            assertTrue(own.tryRoleLock(Duration.ofSeconds(1)));
            given.set(own);
            return own.awaitApplied(GtidSet.parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1"), Duration.ofMinutes(5));
        }));
        eventually(() -> given.get() != null);
        assertFalse(other.tryRoleLock(Duration.ofMillis(200)));
        run.cancel(Runnable::run);
        stuck.join(Duration.ofSeconds(20));
        assertFalse(stuck.isAlive());
        eventually(() -> other.tryRoleLock(Duration.ofMillis(200)));
        run.over(() -> {
            assertThrows(CancelledException.class, () -> given.get().executed());
            assertThrows(CancelledException.class, () -> local(1));
            return true;
        });
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
