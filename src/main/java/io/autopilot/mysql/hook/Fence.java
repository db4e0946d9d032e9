package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this node's server unable to accept or acknowledge writes (protocol P5): gently, then by force; else SIGKILL. */
final class Fence {
    private static final Logger LOG = LoggerFactory.getLogger(Fence.class);
    /** A client's long statement holds the read-only statement up for as long as it runs: then the client goes first. */
    private static final Duration GENTLY = Duration.ofMillis(1200);

    private static final Duration FIRMLY = Duration.ofMillis(1200);
    private static final Duration PAUSE = Duration.ofMillis(20);

    private final Ports ports;

    Fence(Ports ports) {
        this.ports = ports;
    }

    /** What was executed when no more could come; empty: mysqld had to be killed. Never returns while writes may be accepted. */
    Optional<GtidSet> raise(Deadline deadline) {
        return gently(deadline.atMost(GENTLY)).or(() -> firmly(deadline.atMost(FIRMLY))).or(this::kill);
    }

    /**
     * What is left of a primary's life on a server that is none any more: an applier would wait for acknowledgements, too, for ever (protocol P6). A fence that
     * was not raised to its end leaves clients waiting, and who still waits when the waiting is switched off is told OK (protocol P5): so it is raised again,
     * whole. Empty: nobody waits here.
     */
    Optional<Reason> endPrimaryship(Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            if (!awaitsAcks(local)) {
                return Optional.empty();
            }
        }
        return raise(deadline).isPresent()
                ? Optional.empty()
                : Optional.of(new Reason("a commit may still wait here for an acknowledgement, and this server could not be made read-only"));
    }

    /** Commits that wait for an acknowledgement may still get it. */
    private Optional<GtidSet> gently(Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            // A statement of a hook that was killed may still be on its way to this server (Rule R).
            local.seizeRoleLock(deadline.remaining());
            boolean awaitsAcks = awaitsAcks(local);
            local.makeReadOnly();
            local.killClients();
            if (awaitsAcks) {
                // Nobody waits any more, or the statement would not have returned.
                local.requireNoAcks();
            }
            return done(local);
        } catch (MysqlException e) {
            return failed(e);
        }
    }

    private Optional<GtidSet> firmly(Deadline deadline) {
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            local.seizeRoleLock(deadline.remaining());
            if (awaitsAcks(local)) {
                return acknowledgingNothing(local, deadline);
            }
            local.killClients();
            local.makeReadOnly();
            local.killClients();
            return done(local);
        } catch (MysqlException e) {
            return failed(e);
        }
    }

    /**
     * The order counts: whoever still waits when the waiting is switched off is told OK, and whoever comes before the server is read-only
     * writes without any acknowledgement.
     */
    private Optional<GtidSet> acknowledgingNothing(Mysql local, Deadline deadline) {
        local.setOffline(true);
        local.killSessions();
        try (Mysql second = ports.servers().connectLocal(deadline)) {
            Mysql.Pending readOnly = second.beginReadOnly();
            boolean begun = ports.poll()
                    .until(deadline, PAUSE, () -> local.read().superReadOnly() ? Optional.of(true) : Optional.empty())
                    .isPresent();
            if (!begun) {
                return Optional.empty();
            }
            local.requireNoAcks();
            // Only its return is proof; the variable says so before.
            return readOnly.await(deadline.remaining()) ? done(local) : Optional.empty();
        }
    }

    private static boolean awaitsAcks(Mysql local) {
        return local.read().semiSync().filter(SemiSync::sourceOn).isPresent();
    }

    private Optional<GtidSet> done(Mysql local) {
        GtidSet executed = local.executed();
        ports.state().deleteWritable();
        return Optional.of(executed);
    }

    private static Optional<GtidSet> failed(MysqlException e) {
        LOG.warn("event=fence-failed reason=\"{}\"", e.getMessage());
        return Optional.empty();
    }

    private Optional<GtidSet> kill() {
        end(new Reason("could not be made read-only in time"));
        return Optional.empty();
    }

    /** The fence that needs no answer: nobody who waits is told OK (protocol P5). */
    void end(Reason why) {
        Optional<MysqldStart> running = ports.state().mysqldStart();
        running.ifPresent(start -> {
            LOG.warn("event=kill-mysqld pid={} reason=\"{}\"", start.pid(), why);
            ports.program().kill(start);
        });
    }
}
