package io.autopilot.mysql.port;

import io.autopilot.mysql.core.GtidSet;
import java.time.Duration;
import java.util.Optional;

/**
 * What this node remembers between hooks: in the run directory for as long as the container lives, and beside the data
 * directory for as long as the data lives. Every write is atomic (written aside, synced, renamed). Damaged files are an error with the
 * file's name (IllegalStateException), never "absent".
 */
public interface LocalState {
    /** The hooks' mutex on this node. Empty: another hook had it until the deadline. */
    Optional<HookLock> tryLock(Deadline deadline);

    // Beside the data.

    Optional<DataMark> dataMark();

    void writeDataMark(DataMark mark);

    void deleteDataMark();

    /** What a snapshot said of its GTIDs, until mysqld has been told so. */
    Optional<GtidSet> restoredGtids();

    void writeRestoredGtids(GtidSet set);

    void deleteRestoredGtids();

    /** The cluster that a restored directory came from, while the server still says that it belongs to it. */
    Optional<String> leftCluster();

    void writeLeftCluster(String clusterUuid);

    void deleteLeftCluster();

    /** Whether the data comes from a snapshot and has not caught up with a primary since: it may be old. */
    boolean mustJoin();

    void writeMustJoin();

    void deleteMustJoin();

    // In the run directory.

    Optional<String> session();

    void writeSession(String id);

    /** The address that this node last registered itself with, in this life of the container. */
    Optional<String> registeredAddress();

    void writeRegisteredAddress(String address);

    /** Start of the last heartbeat that succeeded, as uptime; empty when there is none of this boot. */
    Optional<Duration> lastHeartbeat();

    void writeHeartbeat(Duration startedAt);

    /** The run of mysqld in progress, as its wrapper wrote it. Empty: mysqld is not running. */
    Optional<MysqldStart> mysqldStart();

    /** Whether mysqld may be accepting writes in this run of it. */
    boolean mayBeWritable(MysqldStart start);

    /** Whether that run may accept writes until it is fenced, whatever the clock says (lossless mode). */
    boolean writesUntilFenced(MysqldStart start);

    /** The id of the run that was last said to accept writes, ended or not; empty after a fence. */
    Optional<String> writableRun();

    /**
     * Says that this run of mysqld may accept writes; written before it does (protocol P5), renewed with the lease.
     *
     * @param until uptime at which the wrapper kills mysqld when this isn't renewed; empty for never
     */
    void writeWritable(MysqldStart start, Optional<Duration> until);

    /** After a fence whose last statement returned. */
    void deleteWritable();

    /** The term whose primary this run of mysqld has replicated from; empty for none. */
    Optional<Long> followedTerm(MysqldStart start);

    void writeFollowedTerm(MysqldStart start, long term);

    /** Whether this container is on its way out: nothing here takes a role any more, and mysqld isn't started again. */
    boolean stopping();

    void writeStopping();

    /** The container starts anew. */
    void deleteStopping();

    /** A lock that is held until closed. */
    interface HookLock extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Whose data the data directory holds.
     *
     * @param confirmed false while it isn't certain that this directory founded the cluster (protocol P7)
     */
    record DataMark(String clusterUuid, boolean confirmed) {}

    /** One run of mysqld. */
    record MysqldStart(String id, long pid) {}
}
