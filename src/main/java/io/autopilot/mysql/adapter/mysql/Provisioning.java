package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.port.Mysql.Accounts;
import io.autopilot.mysql.port.MysqlException;
import java.util.List;

/**
 * Users, database and grants of a server. Every step may be repeated. The control user is complete before root is closed: a run that is
 * killed anywhere leaves one of the two to go on with (G6). Not thread-safe.
 */
final class Provisioning {
    private static final String WHAT = "provision";
    private static final String ANYWHERE = "%";
    private static final String LOCALHOST = "localhost";
    private static final String ROOT = "root";
    private static final int PLUGIN_NOT_LOADED = 1524;

    private final Session session;
    private final Dialect dialect;

    Provisioning(Session session, Dialect dialect) {
        this.session = session;
        this.dialect = dialect;
    }

    void provision(Accounts accounts) {
        requireAuthSocket();
        new Unlogged(session, dialect).run(WHAT, () -> {
            Schema.create(WHAT, session);
            control(accounts.controlUser(), accounts.controlPassword());
            replication(accounts.replicationUser(), accounts.replicationPassword());
            application(accounts);
            removeAnonymous(accounts);
            root(accounts);
        });
    }

    /** 5.6 would let root be changed to a plugin it doesn't have, and nobody could log in. */
    private void requireAuthSocket() {
        long loaded = session.number(
                WHAT,
                "SELECT COUNT(*) FROM information_schema.plugins WHERE plugin_name = 'auth_socket' AND plugin_status = 'ACTIVE'");
        if (loaded == 0) {
            throw new MysqlException(
                    WHAT + " on " + session.server() + ": the plugin auth_socket is not loaded", false, PLUGIN_NOT_LOADED, null);
        }
    }

    /**
     * All rights: it gives rights away, to the application's user and to root, and may only give what it has. Locked until it has
     * them, so that no run logs in as one who can do nothing.
     */
    private void control(String user, Secret password) {
        String all = "GRANT ALL ON *.* TO ?@?";
        if (!dialect.hasAlterUser()) {
            run(all + " IDENTIFIED BY ? WITH GRANT OPTION", user, ANYWHERE, password);
            return;
        }
        run("CREATE USER IF NOT EXISTS ?@? IDENTIFIED BY ? ACCOUNT LOCK", user, ANYWHERE, password);
        if (!currentUser().equals(user + "@" + ANYWHERE)) {
            run(all + " WITH GRANT OPTION", user, ANYWHERE);
        }
        run(dialect.setPassword() + " ACCOUNT UNLOCK", user, ANYWHERE, password);
    }

    private String currentUser() {
        return session.first(WHAT, "SELECT CURRENT_USER()", row -> row.text(1).orElse("")).orElse("");
    }

    private void replication(String user, Secret password) {
        ensure(user, ANYWHERE, password);
        run("GRANT REPLICATION SLAVE ON *.* TO ?@?", user, ANYWHERE);
    }

    private void application(Accounts accounts) {
        accounts.database().ifPresent(database ->
                run("CREATE DATABASE IF NOT EXISTS " + Sql.name(database) + " CHARACTER SET utf8mb4" + dialect.collation()));
        accounts.applicationUser().ifPresent(user -> {
            ensure(user, ANYWHERE, accounts.applicationPassword().orElse(new Secret("")));
            accounts.database().ifPresent(database ->
                    run("GRANT ALL ON " + Sql.grantedDatabase(database) + ".* TO ?@?", user, ANYWHERE));
        });
    }

    /** Makes a user, or corrects its password. */
    private void ensure(String user, String host, Secret password) {
        if (exists(user, host)) {
            run(dialect.setPassword(), user, host, password);
        } else {
            run("CREATE USER ?@? IDENTIFIED BY ?", user, host, password);
        }
    }

    private boolean exists(String user, String host) {
        return session.number(WHAT, "SELECT COUNT(*) FROM mysql.user WHERE user = ? AND host = ?", user, host) > 0;
    }

    /** What 5.6 installs: anybody may come in, and write to databases whose names begin with "test". */
    private void removeAnonymous(Accounts accounts) {
        List<String> hosts = hosts("SELECT host FROM mysql.user WHERE user = ''");
        hosts.forEach(host -> run("DROP USER ''@?", host));
        if (hosts.isEmpty()) {
            return;
        }
        if (session.run(WHAT, "DELETE FROM mysql.db WHERE user = ''") > 0) {
            run("FLUSH PRIVILEGES");
        }
        boolean holdsData = session.number(WHAT, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'test'") > 0;
        if (!holdsData && accounts.database().filter("test"::equals).isEmpty()) {
            run("DROP DATABASE IF EXISTS test");
        }
    }

    private void root(Accounts accounts) {
        if (!exists(ROOT, LOCALHOST)) {
            run("CREATE USER ?@? IDENTIFIED WITH auth_socket", ROOT, LOCALHOST);
        } else if (dialect.hasAlterUser()) {
            run("ALTER USER ?@? IDENTIFIED WITH auth_socket", ROOT, LOCALHOST);
        } else {
            run("UPDATE mysql.user SET plugin = 'auth_socket', password = '', authentication_string = '' WHERE user = ? AND host = ?",
                    ROOT, LOCALHOST);
            run("FLUSH PRIVILEGES");
        }
        run("GRANT ALL ON *.* TO ?@? WITH GRANT OPTION", ROOT, LOCALHOST);
        accounts.rootPassword().ifPresentOrElse(
                password -> rootFromAnywhere(password, accounts.rootOnce()), () -> drop(ROOT, ANYWHERE));
        hosts("SELECT host FROM mysql.user WHERE user = 'root' AND host NOT IN ('localhost', '%')"
                        + " AND COALESCE(plugin, '') <> 'auth_socket' AND COALESCE(" + dialect.passwordColumn() + ", '') = ''")
                .forEach(host -> drop(ROOT, host));
    }

    /** A password to be changed at first use is never set again: it may have been changed. */
    private void rootFromAnywhere(Secret password, boolean once) {
        if (!once) {
            ensure(ROOT, ANYWHERE, password);
        } else if (!exists(ROOT, ANYWHERE)) {
            expired(password);
        }
        run("GRANT ALL ON *.* TO ?@? WITH GRANT OPTION", ROOT, ANYWHERE);
    }

    private void expired(Secret password) {
        if (dialect.hasAlterUser()) {
            run("CREATE USER ?@? IDENTIFIED BY ? PASSWORD EXPIRE", ROOT, ANYWHERE, password);
            return;
        }
        run("CREATE USER ?@? IDENTIFIED BY ?", ROOT, ANYWHERE, password);
        run("ALTER USER ?@? PASSWORD EXPIRE", ROOT, ANYWHERE);
    }

    private void drop(String user, String host) {
        if (exists(user, host)) {
            run("DROP USER ?@?", user, host);
        }
    }

    private List<String> hosts(String sql) {
        return session.list(WHAT, sql, row -> row.text(1).orElse(""));
    }

    private void run(String sql, Object... parameters) {
        session.run(WHAT, sql, parameters);
    }
}
