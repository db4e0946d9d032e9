package io.autopilot.mysql.config;

import io.autopilot.mysql.core.AckPolicy;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.ErrantPolicy;
import io.autopilot.mysql.core.FailoverPolicy;
import io.autopilot.mysql.core.Keyring;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.ServerId;
import io.autopilot.mysql.core.SnapshotRetention;
import io.autopilot.mysql.core.SnapshotSchedule;
import io.autopilot.mysql.core.StoredArchive;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The configuration of one node, valid as a whole. Immutable.
 *
 * @param nodeAddress an IP address as a literal
 * @param bufferPool bytes; empty: by the memory limit
 * @param bootstrapFrom what BOOTSTRAP_FROM says
 */
public record Settings(
        String serviceName,
        Duration lease,
        Duration replicaMaxLag,
        Replication replication,
        FailoverPolicy failover,
        Optional<String> bootstrapFrom,
        LogLevel logLevel,
        ConsulAccess consul,
        Session session,
        Keys keys,
        Optional<String> nodeAddress,
        Optional<ServerId> serverId,
        Path dataVolume,
        Optional<Long> bufferPool,
        Accounts accounts,
        Snapshots snapshots,
        Recovery recovery) {
    /** The name of the primary's service. */
    public String primaryService() {
        return serviceName + "-primary";
    }

    /** The name of the service that registers every node. */
    public String nodeService() {
        return serviceName + "-node";
    }

    /** What REPLICATION_MODE says. */
    public enum ReplicationMode {
        AUTO,
        LOSSLESS,
        ASYNC
    }

    /** How acknowledged writes are to be kept. */
    public record Replication(ReplicationMode wanted, AckPolicy acks) {
        /** The mode in which a server of that version can be primary. */
        public Durability.Mode modeOn(MysqlVersion version) {
            return wanted == ReplicationMode.ASYNC || !version.canBeLossless() ? Durability.Mode.ASYNC : Durability.Mode.LOSSLESS;
        }
    }

    /** How much is logged. */
    public enum LogLevel {
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    /**
     * How to reach Consul.
     *
     * @param agent an agent runs in this container; hooks talk to it, and it joins host and port
     */
    public record ConsulAccess(
            String host, int port, boolean tls, boolean agent, Optional<Secret> token, Optional<Path> caFile) {}

    /** The node's session in Consul. */
    public record Session(String name, Duration ttl) {}

    /** The keys in Consul whose names may be chosen. */
    public record Keys(String primary, String backupLock, String lastBackup, String lastBinlog) {}

    /**
     * The users of the cluster.
     *
     * @param application the application's user
     * @param rootPassword empty: root has no network login
     * @param rootOnce the root password has to be changed at first use
     */
    public record Accounts(
            Login replication,
            Optional<Login> application,
            Optional<String> database,
            Optional<Secret> rootPassword,
            boolean rootOnce) {}

    /** A user and its password. */
    public record Login(String user, Secret password) {}

    /**
     * What is done about transactions that only a fallen primary has.
     *
     * @param errantPolicy when it comes back with them too late
     * @param salvageWait for how long a take-over waits for it when some are known
     */
    public record Recovery(ErrantPolicy errantPolicy, Duration salvageWait) {}

    /**
     * Where and how often snapshots are taken.
     *
     * @param namePattern in strftime's format
     */
    public record Snapshots(
            StoreSettings store, String namePattern, SnapshotSchedule schedule, SnapshotRetention retention, Archiving archiving, Verification verification) {}

    /**
     * How snapshots are proven.
     *
     * @param every empty: by hand only
     * @param question a statement that has to give 1 on restored data
     */
    public record Verification(Optional<Duration> every, Optional<String> question) {}

    /**
     * How streams are stored.
     *
     * @param atOnce objects that are written or read at the same time
     * @param bytesPerSecond empty: no limit
     */
    public record Archiving(
            StoredArchive.Compression compression,
            int level,
            int threads,
            int partBytes,
            int atOnce,
            Optional<Long> bytesPerSecond,
            Keyring keys) {}
}
