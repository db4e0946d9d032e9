package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.MysqlException;
import java.util.List;
import java.util.Set;

/** The sessions of a server. Not thread-safe. */
record Processes(Session session, String controlUser) {
    static final int NO_SUCH_THREAD = 1094;
    private static final Set<String> SYSTEM_USERS = Set.of("system user", "event_scheduler", "unauthenticated user");
    private static final Set<String> SYSTEM_COMMANDS = Set.of("Daemon", "Killed");

    private static final String FEEDS_A_REPLICA = "Binlog Dump";
    private static final int CLEAN_LOOKS = 2;

    private record Found(long id, String user, String command) {}

    /** Kills the sessions of clients; returns how many there were. */
    int killClients() {
        String what = "kill clients";
        long own = session.number(what, "SELECT CONNECTION_ID()");
        List<Found> clients = found(what).stream()
                .filter(process -> process.id() != own && isClient(process))
                .toList();
        clients.forEach(client -> kill(what, client.id()));
        return clients.size();
    }

    /** Kills every session but this one and those that feed replicas. */
    void killSessions() {
        String what = "kill all sessions";
        long own = session.number(what, "SELECT CONNECTION_ID()");
        found(what).stream()
                .filter(process -> process.id() != own
                        && !SYSTEM_USERS.contains(process.user())
                        && !SYSTEM_COMMANDS.contains(process.command())
                        && !process.command().startsWith(FEEDS_A_REPLICA))
                .forEach(process -> kill(what, process.id()));
    }

    /** Kills the sessions of users who can't come back meanwhile, until none is left. False: not in time. */
    boolean endSessionsOf(Set<String> users, Deadline until) {
        String what = "end the sessions of " + users;
        int clean = 0;
        while (true) {
            List<Found> left = found(what).stream().filter(process -> users.contains(process.user())).toList();
            left.forEach(process -> kill(what, process.id()));
            // One that was let in an instant before the account was locked may show itself an instant later.
            clean = left.isEmpty() ? clean + 1 : 0;
            if (clean == CLEAN_LOOKS) {
                return true;
            }
            if (until.expired()) {
                return false;
            }
            session.run(what, "DO SLEEP(0.02)");
        }
    }

    private List<Found> found(String what) {
        return session.list(
                what,
                "SHOW PROCESSLIST",
                row -> new Found(row.number(1), row.text("User").orElse(""), row.text("Command").orElse("")));
    }

    /** Kills the threads of replication that still run; what the applier was at is rolled back and comes again. */
    void killReplication() {
        String what = "end the applier";
        found(what).stream()
                .filter(process -> process.user().equals("system user"))
                .forEach(process -> kill(what, process.id()));
    }

    private boolean isClient(Found process) {
        return !process.user().equals(controlUser)
                && !SYSTEM_USERS.contains(process.user())
                && !SYSTEM_COMMANDS.contains(process.command())
                && !process.command().startsWith(FEEDS_A_REPLICA);
    }

    /** A session that has gone by itself is as good as killed. */
    void kill(String what, long id) {
        try {
            session.run(what, "KILL " + id);
        } catch (MysqlException e) {
            if (e.code() != NO_SUCH_THREAD) {
                throw e;
            }
        }
    }
}
