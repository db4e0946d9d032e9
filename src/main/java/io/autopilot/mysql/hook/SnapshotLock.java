package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.SessionSpec;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Repeater;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.Ticker;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one node at a time take a snapshot, or do a drill. Each run makes a session of its own, which lives only as long as it is renewed: the lock of a
 * holder that died is free after twice the session's time.
 */
public final class SnapshotLock {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotLock.class);
    private static final Duration TTL = Duration.ofSeconds(15);
    private static final Duration RENEWAL = Duration.ofSeconds(5);
    private static final Duration CALL = Duration.ofSeconds(5);

    private final Node node;
    private final String key;
    private final String work;
    private final Consul consul;
    private final Repeater repeater;
    private final Ticker ticker;

    public SnapshotLock(Node node, Consul consul, Repeater repeater, Ticker ticker) {
        this(node, node.settings().keys().backupLock(), "taking a snapshot", consul, repeater, ticker);
    }

    /** The one for drills: a snapshot that is due doesn't wait for them. */
    public static SnapshotLock forDrills(Node node, Consul consul, Repeater repeater, Ticker ticker) {
        return new SnapshotLock(node, node.drillLockKey(), "verifying a snapshot", consul, repeater, ticker);
    }

    private SnapshotLock(Node node, String key, String work, Consul consul, Repeater repeater, Ticker ticker) {
        this.node = node;
        this.key = key;
        this.work = work;
        this.consul = consul;
        this.repeater = repeater;
        this.ticker = ticker;
    }

    /** What came of asking for the lock. */
    public sealed interface Result {
        record Taken(Held lock) implements Result {}

        record Busy(Reason reason) implements Result {}
    }

    /** Asks once. */
    public Result tryTake(Deadline deadline) {
        // A stale writer is kept out by the check of the session, so nobody has to wait for a lock-delay.
        String session = consul.createSession(
                new SessionSpec(key, TTL, Duration.ZERO, Optional.empty(), false), deadline.atMost(CALL));
        boolean taken = false;
        try {
            taken = consul.acquire(key, node.name(), session, deadline.atMost(CALL));
            if (!taken) {
                return new Result.Busy(busy(deadline));
            }
            return new Result.Taken(new Held(session));
        } finally {
            if (!taken) {
                consul.destroySession(session, Deadline.after(CALL, ticker));
            }
        }
    }

    private Reason busy(Deadline deadline) {
        Optional<KvEntry> holder =
                consul.get(key, deadline.atMost(CALL)).filter(e -> e.session().isPresent());
        return new Reason(holder.map(e -> e.value() + " is " + work).orElse("the snapshot lock was just given back"));
    }

    /** The lock, renewed in the background until it is closed. */
    public final class Held implements AutoCloseable {
        private final String session;
        private final Repeater.Repetition renewal;
        private volatile boolean lost;

        private Held(String session) {
            this.session = session;
            this.renewal = repeater.every(RENEWAL, this::renew);
        }

        private void renew() {
            try {
                lost |= !consul.renewSession(session, Deadline.after(CALL, ticker));
            } catch (ConsulException e) {
                // The session outlives some of these; whether it did is checked before anything is published.
                LOG.warn("event=snapshot-lock-not-renewed reason=\"{}\"", e.getMessage());
            }
        }

        /** Key and session, for transactions that only the holder may commit. */
        Consul.TxnOp stillHeld() {
            return new Consul.TxnOp.CheckSession(key, session);
        }

        /**
         * Asks Consul.
         *
         * @throws SnapshotException when the lock was lost meanwhile
         */
        void ensureHeld(Deadline deadline) {
            Optional<String> holder = consul.get(key, deadline.atMost(CALL)).flatMap(KvEntry::session);
            if (lost || !holder.equals(Optional.of(session))) {
                throw new SnapshotException("the snapshot lock " + key + " was lost during the run");
            }
        }

        /** Gives the lock back; when Consul is away the session ends by itself. */
        @Override
        public void close() {
            renewal.close();
            try {
                consul.release(key, node.name(), session, Deadline.after(CALL, ticker));
                consul.destroySession(session, Deadline.after(CALL, ticker));
            } catch (ConsulException e) {
                LOG.warn("event=snapshot-lock-not-released reason=\"{}\"", e.getMessage());
            }
        }
    }
}
