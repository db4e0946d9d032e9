package io.autopilot.mysql.port;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.BinlogFile;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.TermRecord;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * One connection to one mysqld, in this project's verbs. Not thread-safe. Every method throws {@link MysqlException} when the
 * server refuses, the connection is lost or the call outlasts its time-out.
 *
 * <p>The verbs work alike on every supported version; where a version lacks a statement the nearest one is used (fact sheet).
 */
public interface Mysql extends AutoCloseable {
    ServerState read();

    /** gtid_executed alone. */
    GtidSet executed();

    /** How many replicas are connected that acknowledge; cheap, for who waits for them. */
    int listeners();

    /** The files of the binary log, the oldest first, each with what was logged before it. */
    List<BinlogFile> binlogs();

    /** Takes this mysqld's role lock (GET_LOCK) on this connection; waits at most so long. False: somebody else has it. */
    boolean tryRoleLock(Duration wait);

    /** Kills the connection that holds the role lock, if there is one, and takes the lock. False: not within the wait. */
    boolean seizeRoleLock(Duration wait);

    /** Leaves the role lock to others, if this connection has it; the connection stays. */
    void releaseRoleLock();

    /** Stops the receiver only; what was received goes on being applied. Returns when it has stopped. */
    void stopReceiver();

    /** Stops receiver and applier. */
    void stopReplication();

    /**
     * The same on a server that has applied everything of a source that was made read-only: no half transaction can be left, so nothing is
     * waited for. Refuses (IllegalStateException) while it hasn't.
     *
     * @param all what the source had executed
     */
    void endReplication(GtidSet all);

    /** Starts the applier only. */
    void startApplier();

    /** Starts receiver and applier. */
    void startReplication();

    /**
     * Points this server at a source, by GTID auto-position; both threads must be stopped and stay stopped.
     * Refuses (IllegalStateException) while retrieved isn't within executed: the relay logs would be lost (G4).
     */
    void follow(Address source, String user, Secret password);

    /** Forgets source and relay logs. Refuses as {@link #follow} does. */
    void forgetSource();

    /**
     * Throws away a transaction of which only the beginning was received before this server died, and which 5.6 counts as received (seen): the
     * applier would wait for the rest for ever. Servers that can be lossless don't count it. The receiver must be stopped; the applier is, afterwards.
     *
     * @param elsewhere what can be fetched again; asked for only when there may be such a transaction
     * @return false, with nothing done: the applier has not come to the end of its relay logs, or lacks something else than that
     */
    boolean dropHalfReceived(Supplier<GtidSet> elsewhere);

    /** Waits until all of the set is applied. False: not in time. */
    boolean awaitApplied(GtidSet set, Duration wait);

    /** No new write from anybody; returns only when the statement did (protocol P5). */
    void makeReadOnly();

    /**
     * Begins to do so, and comes back at once; until the statement has ended nothing else may be done on this connection. No new write
     * from anybody once {@link ServerState#superReadOnly} reads so; commits that wait hold up the end of the statement, which alone is
     * proof (protocol P5).
     */
    Pending beginReadOnly();

    /** Ends the sessions of clients, admins too, but not this one, other control sessions, nor those that feed replicas. Returns how many. */
    int killClients();

    /** Ends every session but this one and those that feed replicas: no commit of theirs is ever acknowledged. */
    void killSessions();

    /** Keeps clients without special rights out, ending their sessions, or lets them in again (8.0.26 and later). */
    void setOffline(boolean offline);

    /**
     * From now on a commit waits until so many replicas have acknowledged it, for as long as that takes (8.0.26 and later).
     *
     * @param acks at least 1
     */
    void requireAcks(int acks);

    /** From now on no commit waits, and those that do are acknowledged to their clients: nobody may wait whose write isn't safe. */
    void requireNoAcks();

    /** Makes this server acknowledge what it receives, or not; a receiver that runs is restarted, since only then it counts (protocol P2). */
    void setAcknowledging(boolean acknowledging);

    /** Lets the server with that uuid receive from this one; nothing goes to the binary log (protocol P2). */
    void letIn(String serverUuid, Secret password);

    /** Keeps it from receiving, also what it receives now; returns when that has ended, for sure (protocol P2). */
    void cutOff(String serverUuid);

    /** Does so to all that were ever let in but these. */
    void cutOffOthers(Set<String> serverUuids);

    void makeWritable();

    /** Makes gtid_executed and gtid_purged exactly this set, after a restore that could not carry them. */
    void replaceGtids(GtidSet set);

    /** Creates what is missing of users, database and grants, and corrects passwords; nothing goes to the binary log. */
    void provision(Accounts accounts);

    /** Writes the cluster's uuid (not binlogged) unless it is there; returns the uuid that is there now. */
    String markCluster(String clusterUuid);

    /** Forgets the cluster that this data belongs to, its journal included; nothing goes to the binary log. */
    void leaveCluster();

    /** Gives the table of changes of roles the columns that an older version lacked; nothing goes to the binary log. */
    void completeJournal();

    /**
     * Adds a row for a change of role; replicated, so the server must be writable. Completes the table first when it has to.
     *
     * @param gap for how long at most nobody could write; empty when it isn't known
     */
    void journal(TermRecord term, Optional<Duration> gap);

    /** Commits a row that tells the replicas, and us, that commits work; the server must be writable. */
    void heartbeat(long term);

    /** Orders a clean stop; returns when the order was accepted. */
    void shutdown();

    @Override
    void close();

    /** A statement on its way. */
    interface Pending {
        /**
         * Waits for its end.
         *
         * @return false: it has not ended within the wait
         * @throws MysqlException when it failed
         */
        boolean await(Duration wait);
    }

    /**
     * The users a cluster has.
     *
     * @param rootPassword empty: root has no network login
     * @param rootOnce the root password has to be changed at first use
     */
    record Accounts(
            String controlUser,
            Secret controlPassword,
            String replicationUser,
            Secret replicationPassword,
            java.util.Optional<String> database,
            java.util.Optional<String> applicationUser,
            java.util.Optional<Secret> applicationPassword,
            java.util.Optional<Secret> rootPassword,
            boolean rootOnce) {}
}
