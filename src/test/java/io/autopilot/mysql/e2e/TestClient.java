package io.autopilot.mysql.e2e;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Somebody who logs in to a server over the network. */
record TestClient(String user, String password) {
    static final Duration PATIENCE = Duration.ofSeconds(5);

    Connection connect(String host, String database) throws SQLException {
        return connect(host, database, PATIENCE);
    }

    /** @param patience how long to wait for each answer, that to the log-in too: a frozen server's kernel still takes connections */
    Connection connect(String host, String database, Duration patience) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("allowPublicKeyRetrieval", "true");
        properties.setProperty("connectTimeout", "2000");
        properties.setProperty("socketTimeout", Long.toString(patience.toMillis()));
        String encoded = URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
        return DriverManager.getConnection("jdbc:mysql://" + host + ":3306/" + encoded, properties);
    }

    void write(String host, String database, String statement) throws SQLException {
        try (Connection connection = connect(host, database)) {
            write(connection, statement);
        }
    }

    static void write(Connection connection, String statement) throws SQLException {
        try (Statement sql = connection.createStatement()) {
            sql.executeUpdate(statement);
        }
    }

    /** The first column of a query's rows. */
    List<String> read(String host, String database, String query) throws SQLException {
        try (Connection connection = connect(host, database)) {
            return read(connection, query);
        }
    }

    static List<String> read(Connection connection, String query) throws SQLException {
        try (Statement sql = connection.createStatement();
                ResultSet rows = sql.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }
}
