package io.autopilot.mysql.adapter.mysql;

import com.mysql.cj.jdbc.NonRegisteringDriver;
import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.MysqlServers;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.regex.Pattern;

/** Connections by Connector/J. Thread-safe. */
public final class JdbcServers implements MysqlServers {
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._:%-]+");
    private static final String ROOT = "root";
    private static final int ACCESS_DENIED = 1045;
    private static final int ACCOUNT_LOCKED = 3118;

    private final String user;
    private final Secret password;
    private final Address local;
    private final String service;

    /**
     * @param user the control user, on every server
     * @param local where the mysqld of this node listens, on loopback
     * @param service the cluster's name, for the name of the role lock
     */
    public JdbcServers(String user, Secret password, Address local, String service) {
        this.user = user;
        this.password = password;
        this.local = local;
        this.service = service;
    }

    @Override
    public Mysql connect(Address server, Deadline deadline) {
        return open(server, user, password, deadline);
    }

    /** As the control user, or as root without a password: so a server is that was just initialised and not provisioned yet. */
    @Override
    public Mysql connectLocal(Deadline deadline) {
        try {
            return open(local, user, password, deadline);
        } catch (MysqlException denied) {
            if (denied.code() != ACCESS_DENIED && denied.code() != ACCOUNT_LOCKED) {
                throw denied;
            }
            return asRoot(deadline, denied);
        }
    }

    private Mysql asRoot(Deadline deadline, MysqlException denied) {
        try {
            return open(local, ROOT, new Secret(""), deadline);
        } catch (MysqlException alsoDenied) {
            denied.addSuppressed(alsoDenied);
            throw denied;
        }
    }

    /**
     * A plain connection to this node's server as the control user, for what has no verb of {@link Mysql}.
     *
     * @throws SQLException as the driver throws it
     */
    public Connection openLocal(Deadline deadline) throws SQLException {
        return new NonRegisteringDriver().connect("jdbc:mysql://" + local + "/", properties(local, user, password, deadline));
    }

    private Mysql open(Address server, String login, Secret secret, Deadline deadline) {
        String what = "connect to " + server + " as " + login;
        if (!HOST.matcher(server.host()).matches()) {
            // The driver reads options out of such a "host".
            throw new MysqlException(what + ": not a host name", false, 0, null);
        }
        if (deadline.expired()) {
            throw new MysqlException(what + ": no time left", false, 0, null);
        }
        Cancellation.check();
        try {
            Connection connection =
                    new NonRegisteringDriver().connect("jdbc:mysql://" + server + "/", properties(server, login, secret, deadline));
            MysqlVersion version = MysqlVersion.parse(connection.getMetaData().getDatabaseProductVersion());
            return new JdbcMysql(new Session(connection, server, deadline), new Dialect(version), user, service);
        } catch (SQLException e) {
            throw new MysqlException(what + ": " + Failures.text(e), Failures.unreachable(e), e.getErrorCode(), e);
        }
    }

    /** Properties, not a URL: a password may contain anything. All that costs a round trip at connect is off. */
    private static Properties properties(Address server, String login, Secret secret, Deadline deadline) {
        String left = Long.toString(Math.clamp(deadline.remaining().toMillis(), 1, Integer.MAX_VALUE));
        Properties properties = new Properties();
        properties.setProperty("user", login);
        properties.setProperty("password", secret.reveal());
        properties.setProperty("connectTimeout", left);
        properties.setProperty("socketTimeout", left);
        // There is no CA that could vouch for a container's certificate; on loopback TLS would only cost time.
        properties.setProperty("sslMode", isLoopback(server) ? "DISABLED" : "PREFERRED");
        properties.setProperty("allowPublicKeyRetrieval", "true");
        properties.setProperty("connectionAttributes", "none");
        properties.setProperty("jdbcCompliantTruncation", "false");
        // Whatever the operator has made of it: the driver's escaping fails under some.
        properties.setProperty("sessionVariables", "sql_mode='STRICT_TRANS_TABLES'");
        properties.setProperty("useLocalSessionState", "true");
        properties.setProperty("characterSetResults", "UTF-8");
        return properties;
    }

    private static boolean isLoopback(Address server) {
        // A name is not looked up: only a literal address is certain to be on this machine.
        try {
            return InetAddress.ofLiteral(server.host()).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
