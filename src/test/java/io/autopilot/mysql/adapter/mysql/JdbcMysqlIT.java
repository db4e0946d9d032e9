package io.autopilot.mysql.adapter.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The contract on the version that the image has by default, and what only a real connection can do. */
class JdbcMysqlIT extends RealServers {
    JdbcMysqlIT() {
        super(System.getProperty("mysql.image", "mysql-autopilot:9.7"), "9.7.4");
    }

    @Test
    void whereNobodyListensIsUnreachable() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        MysqlException refused = assertThrows(
                MysqlException.class, () -> servers(1, CONTROL).connect(new Address("127.0.0.1", port), soon()));
        assertTrue(refused.unreachable(), refused::getMessage);
        assertTrue(String.valueOf(refused.getMessage()).contains("127.0.0.1:" + port), refused::getMessage);
        MysqlException unknown = assertThrows(
                MysqlException.class, () -> servers(1, CONTROL).connect(new Address("no-such-host.invalid", port), soon()));
        assertTrue(unknown.unreachable(), unknown::getMessage);
    }

    @Test
    void aFrozenServerIsGivenUpAtTheDeadlineButNotTakenForDead() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Duration before = ticker().uptime();
            MysqlException failure = assertThrows(
                    MysqlException.class,
                    () -> servers(1, CONTROL)
                            .connect(new Address("127.0.0.1", silent.getLocalPort()), Deadline.after(Duration.ofMillis(300), ticker())));
            assertFalse(failure.unreachable(), failure::getMessage);
            assertTrue(ticker().uptime().minus(before).compareTo(Duration.ofSeconds(3)) < 0);
        }
    }

    @Test
    void aHostThatSmugglesOptionsIsRefused() {
        Address smuggler = new Address("127.0.0.1:1/?autoReconnect=true&x=", 2);
        MysqlException failure =
                assertThrows(MysqlException.class, () -> servers(1, CONTROL).connect(smuggler, soon()));
        assertTrue(String.valueOf(failure.getMessage()).contains("not a host name"), failure::getMessage);
    }

    @Test
    void aStatementThatHangsIsGivenUpAndTheConnectionNotRenewed() throws Exception {
        provisioned(1).makeWritable();
        server(1).run("CREATE TABLE shop.held (id INT PRIMARY KEY)");
        try (Connection client = server(1).login("shopkeeper", "the shop's own");
                Statement statement = client.createStatement()) {
            statement.execute("LOCK TABLES shop.held WRITE");
            Mysql control = keep(servers(1, CONTROL).connectLocal(Deadline.after(Duration.ofMillis(300), ticker())));
            Duration before = ticker().uptime();
            MysqlException failure = assertThrows(MysqlException.class, control::makeReadOnly);
            assertFalse(failure.unreachable(), failure::getMessage);
            assertTrue(String.valueOf(failure.getMessage()).contains("no answer in time"), failure::getMessage);
            assertTrue(ticker().uptime().minus(before).compareTo(Duration.ofSeconds(5)) < 0);
            assertThrows(MysqlException.class, control::executed);
        }
    }

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
    void theSettingsOfAReceiverAreMadeForAQuickNoticeOfASilentSource() {
        provisioned(2).follow(address(1), "repl", REPLICATION);
        assertEquals("5", server(2).ask("SELECT @@GLOBAL.replica_net_timeout").getFirst());
        assertEquals("1.0", server(2).ask("SELECT heartbeat FROM mysql.slave_master_info").getFirst());
    }
}
