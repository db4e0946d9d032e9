package io.autopilot.mysql.adapter.mysql;

import com.mysql.cj.jdbc.NonRegisteringDriver;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.MyCnf;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.ServerId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.DockerImageName;

/**
 * A mysqld in a container of the host's network, since who comes over loopback matters here. It starts once and is reset between
 * tests; when it stops, it waits for {@link #startAgain}.
 */
final class TestServer implements AutoCloseable {
    private static final String TESTER = "tester";

    /** A new server of 8.0 or later has root@localhost only, which doesn't count on loopback with skip_name_resolve. */
    private static final List<String> AS_INITIALISED = List.of(
            "CREATE USER 'root'@'127.0.0.1'", "GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION");

    private static final String RUN = """
            set -eu
            cnf=--defaults-file=/etc/mysql/test.cnf
            if command -v mysql_install_db >/dev/null; then
                mysql_install_db --no-defaults --user=mysql --datadir=/var/lib/mysql >/dev/null
                # Before 5.7 that can't run a file.
                cnf="$cnf --init-file=/etc/mysql/init.sql"
            else
                mysqld $cnf --user=mysql --initialize-insecure --init-file=/etc/mysql/init.sql
            fi
            while :; do
                mysqld $cnf --user=mysql || true
                while [ ! -e /tmp/again ]; do sleep 0.05; done
                rm /tmp/again
            done
            """;

    private final Dialect dialect;
    private final int port;
    private final GenericContainer<?> container;

    TestServer(String image, MysqlVersion version, int number) {
        this.dialect = new Dialect(version);
        this.port = freePort();
        MyCnf cnf = new MyCnf(
                version,
                Path.of("/var/lib/mysql"),
                new ServerId(number),
                "node" + number,
                Durability.Mode.ASYNC,
                Optional.of(512L << 20),
                Optional.empty());
        this.container = new GenericContainer<>(DockerImageName.parse(image))
                .withNetworkMode("host")
                .withTmpFs(Map.of("/var/lib/mysql", "rw,uid=306,gid=306"))
                .withCreateContainerCmdModifier(command -> command.withEntrypoint("bash", "/etc/mysql/run"))
                .withCopyToContainer(
                        Transferable.of(cnf.text() + "[mysqld]\nport = " + port + "\nbind_address = 127.0.0.1\n", 0644),
                        "/etc/mysql/test.cnf")
                .withCopyToContainer(Transferable.of(String.join(";\n", initial(dialect)) + ";\n", 0644), "/etc/mysql/init.sql")
                .withCopyToContainer(Transferable.of(RUN, 0755), "/etc/mysql/run")
                .waitingFor(Wait.forLogMessage(".*ready for connections.*", 1).withStartupTimeout(Duration.ofSeconds(60)));
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** 5.6 reads it at each start, and makes root@127.0.0.1 by itself. */
    private static List<String> initial(Dialect dialect) {
        if (!dialect.hasAlterUser()) {
            return List.of("SET SESSION sql_log_bin = 0", "GRANT ALL ON *.* TO 'tester'@'%' IDENTIFIED BY 'tester' WITH GRANT OPTION");
        }
        List<String> statements = new ArrayList<>(List.of(
                "CREATE USER 'tester'@'%' IDENTIFIED BY 'tester'", "GRANT ALL ON *.* TO 'tester'@'%' WITH GRANT OPTION"));
        statements.addAll(AS_INITIALISED);
        return statements;
    }

    GenericContainer<?> container() {
        return container;
    }

    Address address() {
        return new Address("127.0.0.1", port);
    }

    /** A connection that no part of the project made. */
    Connection login(String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("allowPublicKeyRetrieval", "true");
        properties.setProperty("connectionAttributes", "none");
        return new NonRegisteringDriver().connect("jdbc:mysql://127.0.0.1:" + port + "/", properties);
    }

    Connection tester() throws SQLException {
        return login(TESTER, TESTER);
    }

    /** Runs statements as an administrator. */
    void run(String... statements) {
        try (Connection connection = tester();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new AssertionError(String.join("; ", statements), e);
        }
    }

    /** First column of a query by an administrator. */
    List<String> ask(String sql) {
        try (Connection connection = tester();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    void startAgain() {
        exec("touch", "/tmp/again");
    }

    /** Output of a command in the container, which runs as root. */
    String exec(String... command) {
        try {
            return container.execInContainer(command).getStdout().strip();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(String.join(" ", command), e);
        }
    }

    Dialect dialect() {
        return dialect;
    }

    String startReceiver() {
        return dialect.startReplication() + " IO_THREAD";
    }

    void stopReplication() {
        run(dialect.stopReplication(), dialect.forgetSource());
    }

    private void killOthers() {
        for (String id : ask("SELECT id FROM information_schema.processlist WHERE user NOT IN ('tester', 'event_scheduler', 'system user')")) {
            try (Connection connection = tester();
                    Statement statement = connection.createStatement()) {
                statement.execute("KILL " + id);
            } catch (SQLException e) {
                if (e.getErrorCode() != Processes.NO_SUCH_THREAD) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** As it was after the initialisation; no replica may be following. */
    void reset() {
        if (dialect.hasLosslessPlugins()) {
            // First of all: a commit that waits holds up what follows.
            run("SET GLOBAL rpl_semi_sync_source_enabled = OFF", "SET GLOBAL rpl_semi_sync_replica_enabled = OFF",
                    "SET GLOBAL offline_mode = OFF");
        }
        List<String> statements = new ArrayList<>(List.of(
                "SET SESSION sql_log_bin = 0",
                "SET GLOBAL read_only = OFF", "SET GLOBAL sql_mode = 'STRICT_TRANS_TABLES'", "SET SESSION sql_mode = ''"));
        killOthers();
        ask("SELECT schema_name FROM information_schema.schemata WHERE schema_name NOT IN"
                        + " ('mysql', 'sys', 'information_schema', 'performance_schema')")
                .forEach(schema -> statements.add("DROP DATABASE " + Sql.name(schema)));
        ask("SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.user WHERE user <> 'tester' AND user NOT LIKE 'mysql.%'")
                .forEach(user -> statements.add("DROP USER " + user));
        statements.add("CREATE USER 'root'@'localhost'");
        statements.add("GRANT ALL ON *.* TO 'root'@'localhost' WITH GRANT OPTION");
        statements.addAll(AS_INITIALISED);
        statements.add(dialect.forgetGtids());
        statements.add("SET GLOBAL " + (dialect.hasSuperReadOnly() ? "super_read_only" : "read_only") + " = ON");
        run(statements.toArray(String[]::new));
    }

    @Override
    public void close() {
        container.stop();
    }
}
