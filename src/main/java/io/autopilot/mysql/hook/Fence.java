package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this node's server unable to accept writes (protocol P5, asynchronous mode): read-only, then its clients go; else SIGKILL. */
final class Fence {
    private static final Logger LOG = LoggerFactory.getLogger(Fence.class);
    /** A client's long statement holds the read-only statement up for as long as it runs: then the client goes first. */
    private static final Duration GENTLY = Duration.ofMillis(1200);

    private static final Duration FIRMLY = Duration.ofMillis(1200);

    private final Ports ports;

    Fence(Ports ports) {
        this.ports = ports;
    }

    /** What was executed when no more could come; empty: mysqld had to be killed. Never returns while writes may be accepted. */
    Optional<GtidSet> raise(Deadline deadline) {
        return raise(deadline.atMost(GENTLY), false).or(() -> raise(deadline.atMost(FIRMLY), true)).or(this::kill);
    }

    private Optional<GtidSet> raise(Deadline deadline, boolean clientsFirst) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            // A statement of a hook that was killed may still be on its way to this server (Rule R).
            local.seizeRoleLock(deadline.remaining());
            if (clientsFirst) {
                local.killClients();
            }
            local.makeReadOnly();
            local.killClients();
            GtidSet executed = local.executed();
            ports.state().deleteWritable();
            return Optional.of(executed);
        } catch (MysqlException e) {
            LOG.warn("event=fence-failed reason=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<GtidSet> kill() {
        Optional<MysqldStart> running = ports.state().mysqldStart();
        running.ifPresent(start -> {
            LOG.warn("event=kill-mysqld pid={} reason=\"could not be made read-only in time\"", start.pid());
            ports.program().kill(start);
        });
        return Optional.empty();
    }
}
