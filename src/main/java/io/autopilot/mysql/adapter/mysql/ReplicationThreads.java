package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Receiver and applier of a server: started, stopped, and pointed elsewhere. Not thread-safe. */
final class ReplicationThreads {
    /** In seconds; the server takes no less. */
    private static final int STOP_TIMEOUT = 2;

    /** ER_STOP_REPLICA_SQL_THREAD_TIMEOUT and its sister for the receiver. */
    private static final Set<Integer> STOP_TIMED_OUT = Set.of(1875, 1876);

    private static final Duration END = Duration.ofSeconds(10);

    /** The coordinator of the appliers notes its position every 300 ms by default (replica_checkpoint_period). */
    private static final Duration POSITION = Duration.ofMillis(450);

    /**
     * In seconds, the shortest that there is: how soon a receiver sees that its source is silent, which shows itself four times a second. To
     * stop one that is connecting to a dead machine takes as long, and a take-over has to. One that was too hasty connects again at once, and
     * no failover comes of it: the primary answers.
     */
    private static final int RECEIVER_TIMEOUT = 1;

    private final Session session;
    private final Dialect dialect;
    private final Processes processes;

    ReplicationThreads(Session session, Dialect dialect, Processes processes) {
        this.session = session;
        this.dialect = dialect;
        this.processes = processes;
    }

    void stopReceiver() {
        session.run("stop the receiver", dialect.stopReceiver());
    }

    void stop() {
        String what = "stop replication";
        session.run(what, dialect.stopReceiver());
        if (dialect.applierWaitsForHalfTransactions() && holdsHalfATransaction(what)) {
            endApplier(what);
        }
        stopThreads(what);
    }

    private void stopThreads(String what) {
        session.run(what, dialect.setStopTimeout(STOP_TIMEOUT));
        try {
            session.run(what, dialect.stopReplication());
        } catch (MysqlException e) {
            if (!STOP_TIMED_OUT.contains(e.code())) {
                throw e;
            }
            // An applier that holds half of a transaction would wait a minute for the rest (seen on 9.7).
            endApplier(what);
        }
    }

    /** What is missing of all that the source had has to be nothing. */
    void end(GtidSet missing) {
        String what = "end replication";
        if (!missing.isEmpty()) {
            throw new IllegalStateException(what + " on " + session.server() + ": not applied yet: " + missing);
        }
        stopThreads(what);
    }

    /**
     * Whether all whole transactions are applied and something is left all the same, as the death of a primary leaves it. An idle applier writes
     * its position down a moment after its last transaction; one that is taken for stuck too early only applies that rest again.
     */
    private boolean holdsHalfATransaction(String what) {
        Deadline until = session.deadline().atMost(POSITION);
        while (true) {
            Optional<ReplicaStatus> status = ReplicaStatus.read(what, session, dialect)
                    .filter(s -> s.state().applierRunning() && s.nothingUnapplied() && !s.atTheEnd());
            if (status.isEmpty() || until.expired()) {
                return status.isPresent();
            }
            session.run(what, "DO SLEEP(0.02)");
        }
    }

    /** Kills until nothing of it runs: a thread that is killed while it waits for the others sees it only when it looks again. */
    private void endApplier(String what) {
        Deadline until = session.deadline().atMost(END);
        while (ReplicaStatus.read(what, session, dialect).filter(status -> status.state().applierRunning()).isPresent()) {
            if (until.expired()) {
                throw new MysqlException(what + " on " + session.server() + ": the applier doesn't end", false, 0, null);
            }
            processes.killReplication();
            session.run(what, "DO SLEEP(0.02)");
        }
    }

    void startApplier() {
        session.run("start the applier", dialect.startApplier());
    }

    void start() {
        session.run("start replication", dialect.startReplication());
    }

    void follow(Address source, String user, Secret password) {
        String what = "follow " + source;
        refuseToLoseRelayLogs(what);
        session.run(what, dialect.setReceiverTimeout(RECEIVER_TIMEOUT));
        session.run(what, dialect.changeSource(), source.host(), source.port(), user, password);
    }

    void forgetSource() {
        String what = "forget the source";
        refuseToLoseRelayLogs(what);
        session.run(what, dialect.forgetSource());
    }

    boolean dropHalfReceived(Supplier<GtidSet> elsewhere) {
        String what = "drop half a transaction";
        boolean half = dialect.countsHalfTransactions()
                && ReplicaStatus.read(what, session, dialect)
                        .filter(status -> status.allRead() && !status.nothingUnapplied())
                        .filter(status -> elsewhere.get().contains(status.state().retrieved().minus(status.executed())))
                        .isPresent();
        if (half) {
            stopThreads(what);
            session.run(what, dialect.forgetRelayLogs());
        }
        return half;
    }

    /** G4. Both threads are stopped, or the statement that follows is refused by the server: so nothing changes in between. */
    private void refuseToLoseRelayLogs(String what) {
        ReplicaStatus.read(what, session, dialect).filter(status -> !status.nothingUnapplied()).ifPresent(status -> {
            throw new IllegalStateException(what + " on " + session.server() + ": relay logs hold transactions not applied yet: "
                    + status.state().retrieved().minus(status.executed()));
        });
    }
}
