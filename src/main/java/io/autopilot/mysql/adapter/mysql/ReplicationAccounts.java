package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;

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

    void cutOff(String serverUuid) {
        String what = "cut off " + serverUuid;
        String user = ReplicationAccount.userOf(serverUuid);
        new Unlogged(session, dialect).run(what, () -> session.run(what, "ALTER USER IF EXISTS ?@? ACCOUNT LOCK", user, ANYWHERE));
        if (!processes.endSessionsOf(user, session.deadline().atMost(END))) {
            throw new MysqlException(what + " on " + session.server() + ": its session doesn't end", false, 0, null);
        }
    }
}
