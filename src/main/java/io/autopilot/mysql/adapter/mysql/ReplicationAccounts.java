package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/** The accounts of the servers that receive from this one, one each (protocol P2). Not thread-safe. */
final class ReplicationAccounts {
    private static final String ANYWHERE = "%";
    private static final Duration END = Duration.ofSeconds(3);

    private final Session session;
    private final Dialect dialect;
    private final Processes processes;

    ReplicationAccounts(Session session, Dialect dialect, Processes processes) {
        this.session = session;
        this.dialect = dialect;
        this.processes = processes;
    }

    /** It may come in also while clients are kept out: a primary that needs an acknowledgement to let them in again waits for it. */
    void letIn(String serverUuid, Secret password) {
        String what = "let in " + serverUuid;
        String user = ReplicationAccount.userOf(serverUuid);
        new Unlogged(session, dialect).run(what, () -> {
            session.run(what, "CREATE USER IF NOT EXISTS ?@? IDENTIFIED BY ? ACCOUNT LOCK", user, ANYWHERE, password);
            session.run(what, "GRANT REPLICATION SLAVE, CONNECTION_ADMIN ON *.* TO ?@?", user, ANYWHERE);
            session.run(what, "ALTER USER ?@? IDENTIFIED BY ? ACCOUNT UNLOCK", user, ANYWHERE, password);
        });
    }

    void cutOffOthers(Set<String> serverUuids) {
        String what = "cut off all other servers";
        Set<String> stay = serverUuids.stream().map(ReplicationAccount::userOf).collect(Collectors.toSet());
        Set<String> others = session
                .list(what, "SELECT user FROM mysql.user WHERE user REGEXP '^[0-9a-f]{32}$'", row -> row.text(1).orElse(""))
                .stream()
                .filter(user -> !stay.contains(user))
                .collect(Collectors.toSet());
        if (!others.isEmpty()) {
            cutOff(others);
        }
    }

    void cutOff(Set<String> users) {
        String what = "cut off " + users;
        new Unlogged(session, dialect).run(what, () ->
                users.forEach(user -> session.run(what, "ALTER USER IF EXISTS ?@? ACCOUNT LOCK", user, ANYWHERE)));
        if (!processes.endSessionsOf(users, session.deadline().atMost(END))) {
            throw new MysqlException(what + " on " + session.server() + ": their sessions don't end", false, 0, null);
        }
    }
}
