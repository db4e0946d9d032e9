package io.autopilot.mysql.port;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Reason;
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

    /** What runs of onChange tell each other. */
    Changes changes();

    /** Of this node, until a run of onChange has looked after them; used by several runs at once, so not under the hooks' mutex. */
    interface Changes {
        /** The turn to look, as often as it takes. Empty: another run has it. */
        Optional<HookLock> tryTurn();

        /** There is a change to look after. */
        void note();

        /** Whether there is one that nobody has begun to look after. */
        boolean noted();

        /** Whoever begins to look, looks after all that was noted before. */
        void take();
    }

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

    /** Why the data directory is given up; empty: it is not. */
    Optional<Discarded> discarded();

    /** From now on no server is started on the data directory; written when all that only it has is archived (G4). */
    void writeDiscarded(Discarded discarded);

    /** After the directory is gone. */
    void deleteDiscarded();

    // In the run directory.

    /** Whether health has seen that this server can't follow; asks for {@code manage rebuild}. */
    boolean diverged();

    void writeDiverged();

    void deleteDiverged();

    /** When this node began to wait for the fallen primary of the term before this one, as uptime; empty when it hasn't in this boot. */
    Optional<Duration> salvageBegan(long term);

    void writeSalvageBegan(long term, Duration at);

    /** The last time that Consul was silent for this node in this boot, until that is forgotten. */
    Optional<Silence> silence();

    void writeSilence(Silence silence);

    void deleteSilence();

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

    /**
     * Whether this container is on its way out: nothing here takes a role any more, and mysqld isn't started again. Ends when the container
     * is started anew, by {@code pre-start}.
     */
    boolean stopping();

    void writeStopping();

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

    /**
     * A data directory that is given up.
     *
     * @param evidence names its errant transactions in the archive; empty when it had none
     */
    record Discarded(Optional<String> evidence, Reason why) {}

    /**
     * Consul did not answer.
     *
     * @param end when it did again, as uptime; empty while it is silent
     */
    record Silence(Optional<Duration> end) {}

    /** One run of mysqld. */
    record MysqldStart(String id, long pid) {}
}
