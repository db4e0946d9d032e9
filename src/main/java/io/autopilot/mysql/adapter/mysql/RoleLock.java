package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.port.Deadline;
import java.time.Duration;
import java.util.OptionalLong;

/** The lock under which a mysqld's role changes (Rule R): a user-level lock on that mysqld, gone with the session. Not thread-safe. */
final class RoleLock {
    private static final String SUFFIX = ".role";
    private static final int LONGEST = 64;

    private final Session session;
    private final Processes processes;
    private final String name;

    /** A mysqld serves one cluster: a name cut to what the server allows is as good. */
    RoleLock(Session session, Processes processes, String service) {
        this.session = session;
        this.processes = processes;
        this.name = service.substring(0, Math.min(service.length(), LONGEST - SUFFIX.length())) + SUFFIX;
    }

    boolean tryWithin(Duration wait) {
        String what = "take the role lock";
        return within(what, wait, () -> {});
    }

    boolean seizeWithin(Duration wait) {
        String what = "seize the role lock";
        return within(what, wait, () -> holder(what).ifPresent(id -> processes.kill(what, id)));
    }

    /** Of a lock that isn't this session's the server only says so. */
    void release() {
        session.run("release the role lock", "DO RELEASE_LOCK(?)", name);
    }

    /** GET_LOCK itself waits whole seconds only, and on some versions for ever. */
    private boolean within(String what, Duration wait, Runnable meanwhile) {
        Deadline until = session.deadline().atMost(wait);
        while (!taken(what)) {
            if (until.expired()) {
                return false;
            }
            meanwhile.run();
            // The server sleeps, so that the loss of the connection shows.
            session.run(what, "DO SLEEP(0.01)");
        }
        return true;
    }

    /** Asks first whether it is ours already: 5.6 would let go of it for a moment, later versions would count it twice. */
    private boolean taken(String what) {
        return session.number(what, "SELECT IF(IS_USED_LOCK(?) = CONNECTION_ID(), 1, GET_LOCK(?, 0))", name, name) == 1;
    }

    private OptionalLong holder(String what) {
        long id = session.number(what, "SELECT IS_USED_LOCK(?)", name);
        return id == 0 ? OptionalLong.empty() : OptionalLong.of(id);
    }
}
