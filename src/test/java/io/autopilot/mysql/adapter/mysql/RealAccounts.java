package io.autopilot.mysql.adapter.mysql;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.Mysql.Accounts;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The users of a cluster, tried by logging in as them. */
abstract class RealAccounts extends RealServers {
    private static final String ODD = "p'w\\ \"#$=`%ü; --";
    private static final int DENIED = 1045;

    RealAccounts(String image, String version) {
        super(image, version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"STRICT_TRANS_TABLES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"})
    void passwordsAndNamesMayContainAnything(String sqlMode) throws Exception {
        String database = "it's `my` \"db\"; DROP DATABASE mysql; -- \\";
        String user = "o'h\"a\\r`a %ü";
        Accounts odd = new Accounts(
                "autopilot", new Secret(ODD), "re'pl\\", new Secret(ODD + "0123456789abcde"), Optional.of(database),
                Optional.of(user), Optional.of(new Secret(ODD)), Optional.of(new Secret(ODD + "root")), false);
        for (int node = 1; node <= 2; node++) {
            server(node).run("SET GLOBAL sql_mode = '" + sqlMode + "'");
            keep(servers(node, new Secret(ODD)).connectLocal(soon())).provision(odd);
            keep(servers(node, new Secret(ODD)).connectLocal(soon())).provision(odd);
        }
        Mysql primary = keep(servers(1, new Secret(ODD)).connect(address(1), soon()));
        primary.makeWritable();
        Mysql replica = keep(servers(2, new Secret(ODD)).connect(address(2), soon()));
        replica.follow(address(1), odd.replicationUser(), odd.replicationPassword());
        replica.startReplication();
        try (Connection client = server(1).login(user, ODD);
                Statement statement = client.createStatement()) {
            statement.execute("CREATE TABLE " + Sql.name(database) + ".goods (id INT PRIMARY KEY)");
            statement.execute("INSERT INTO " + Sql.name(database) + ".goods VALUES (7)");
        }
        assertDoesNotThrow(() -> server(1).login("root", ODD + "root").close());
        assertTrue(replica.awaitApplied(primary.executed(), Duration.ofSeconds(10)), () -> replica.read().toString());
        assertEquals(List.of("7"), server(2).ask("SELECT id FROM " + Sql.name(database) + ".goods"));
    }

    @Test
    void theApplicationsRightsEndAtItsDatabase() throws Exception {
        local(1).provision(withDatabase("my_app"));
        local(1).makeWritable();
        server(1).run("CREATE DATABASE myXapp");
        try (Connection client = server(1).login("shopkeeper", "the shop's own");
                Statement statement = client.createStatement()) {
            statement.execute("CREATE TABLE my_app.goods (id INT PRIMARY KEY)");
            refused(1142, () -> statement.execute("CREATE TABLE myXapp.goods (id INT PRIMARY KEY)"));
            refused(1142, () -> statement.execute("DELETE FROM autopilot.heartbeat"));
        }
        assertEquals(
                List.of("utf8mb4"),
                server(1).ask("SELECT default_character_set_name FROM information_schema.schemata WHERE schema_name = 'my_app'"));
    }

    @Test
    void rootComesInByTheSocketAndNoOtherWay() throws Exception {
        assertDoesNotThrow(() -> server(1).login("root", "").close());
        provisioned(1);
        refused(DENIED, () -> server(1).login("root", ""));
        String whoAmI = "mysql -uroot -N --socket=/run/mysqld/mysqld.sock -e 'SELECT CURRENT_USER()' 2>&1";
        assertEquals("root@localhost", server(1).exec("bash", "-c", whoAmI));
        String another = server(1).exec("setpriv", "--reuid=306", "--clear-groups", "bash", "-c", whoAmI);
        assertTrue(another.contains("Access denied"), another);
        assertEquals(List.of("localhost"), server(1).ask("SELECT host FROM mysql.user WHERE user = 'root'"));
    }

    @Test
    void rootHasANetworkLoginForAsLongAsItHasAPassword() throws Exception {
        local(1).provision(withRoot("first", false));
        assertDoesNotThrow(() -> server(1).login("root", "first").close());
        local(1).provision(withRoot("second", false));
        refused(DENIED, () -> server(1).login("root", "first"));
        assertDoesNotThrow(() -> server(1).login("root", "second").close());
        local(1).provision(ACCOUNTS);
        refused(DENIED, () -> server(1).login("root", "second"));
    }

    @Test
    void aRootPasswordForOneUseIsNotSetAgainOnceChanged() throws Exception {
        local(1).provision(withRoot("once", true));
        SQLException expired = assertThrows(SQLException.class, () -> server(1).login("root", "once"));
        assertTrue(Set.of(1820, 1862).contains(expired.getErrorCode()), expired::toString);
        changeExpired("once", "changed");
        local(1).provision(withRoot("once", true));
        assertDoesNotThrow(() -> server(1).login("root", "changed").close());
    }

    /** As root itself would: by a client that can handle an expired password. */
    private void changeExpired(String from, String to) {
        server(1).run("SET GLOBAL read_only = OFF");
        String change = server(1).dialect().hasAlterUser() ? "ALTER USER USER() IDENTIFIED BY '%s'" : "SET PASSWORD = PASSWORD('%s')";
        String said = server(1).exec(
                "bash",
                "-c",
                "echo \"" + change.formatted(to) + "\" | mysql --connect-expired-password -h127.0.0.1 -P"
                        + address(1).port() + " -uroot -p" + from + " --get-server-public-key 2>&1");
        assertTrue(!said.contains("ERROR"), said);
        server(1).run("SET GLOBAL read_only = ON");
    }

    @Test
    void anonymousUsersGoAndAnEmptyTestDatabaseWithThem() {
        asInstalledBy56("DROP DATABASE IF EXISTS other");
        local(1).provision(ACCOUNTS);
        assertEquals(List.of(), server(1).ask("SELECT host FROM mysql.user WHERE user = ''"));
        assertEquals(List.of(), server(1).ask("SELECT host FROM mysql.db WHERE user = ''"));
        assertEquals(List.of(), testDatabase());
    }

    @Test
    void aTestDatabaseThatIsUsedStays() {
        asInstalledBy56("CREATE TABLE test.mine (id INT PRIMARY KEY)");
        local(1).provision(ACCOUNTS);
        assertEquals(List.of("test"), testDatabase());
    }

    private void asInstalledBy56(String more) {
        server(1).run(
                "SET SESSION sql_log_bin = 0", "SET GLOBAL read_only = OFF", "CREATE USER ''@'localhost'",
                "CREATE DATABASE test", "GRANT SELECT ON test.* TO ''@'localhost'", more, "SET GLOBAL read_only = ON");
    }

    private List<String> testDatabase() {
        return server(1).ask("SELECT schema_name FROM information_schema.schemata WHERE schema_name = 'test'");
    }

    private static void refused(int code, org.junit.jupiter.api.function.Executable login) {
        assertEquals(code, assertThrows(SQLException.class, login).getErrorCode());
    }

    private static Accounts withDatabase(String database) {
        return new Accounts(
                ACCOUNTS.controlUser(), CONTROL, ACCOUNTS.replicationUser(), REPLICATION, Optional.of(database),
                ACCOUNTS.applicationUser(), ACCOUNTS.applicationPassword(), Optional.empty(), false);
    }

    private static Accounts withRoot(String password, boolean once) {
        return new Accounts(
                ACCOUNTS.controlUser(), CONTROL, ACCOUNTS.replicationUser(), REPLICATION, ACCOUNTS.database(),
                ACCOUNTS.applicationUser(), ACCOUNTS.applicationPassword(), Optional.of(new Secret(password)), once);
    }
}
