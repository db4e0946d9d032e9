package io.autopilot.mysql.config;

import static io.autopilot.mysql.config.Setting.Group.ACCOUNTS;
import static io.autopilot.mysql.config.Setting.Group.CLUSTER;
import static io.autopilot.mysql.config.Setting.Group.CONSUL_ACCESS;
import static io.autopilot.mysql.config.Setting.Group.KEYS;
import static io.autopilot.mysql.config.Setting.Group.MANTA;
import static io.autopilot.mysql.config.Setting.Group.S3;
import static io.autopilot.mysql.config.Setting.Group.SERVER;
import static io.autopilot.mysql.config.Setting.Group.SNAPSHOTS;

/** Every environment variable that the program reads, with its default and its documentation: the one registry of them. */
public enum Setting {
    SERVICE_NAME(CLUSTER, "mysql", "Name of the cluster; services and keys in Consul begin with it. Matches `^[a-z][a-zA-Z0-9-]+$`."),
    LEASE(CLUSTER, "10s", "How long a node counts as alive after its last heartbeat, 8 s (health runs every 5 s) to 5 min."),
    SESSION_NAME(CLUSTER, "mysql-primary-lock", "Name of the node's session in Consul."),
    SESSION_TTL(CLUSTER, "60s", "Backstop of the session, 10 s to 24 h; Consul doubles it."),
    REPLICATION_MODE(
            CLUSTER,
            "auto",
            "`auto`: `lossless` on servers that can (8.0.26 and later), else `async`. Lossless: a write is acknowledged to the client when replicas have it."),
    REPLICATION_ACKS(
            CLUSTER, "", "Lossless: how many replicas must have a write; default: 1 for one to three replicas, half of them for more."),
    LOSSLESS_STRICT(CLUSTER, "0", "1: writes wait when no replica can acknowledge them; else they go on unprotected, and `manage status` says so."),
    REPLICA_MAX_LAG(CLUSTER, "60s", "A replica that is further behind is not listed as healthy."),
    ERRANT_POLICY(
            CLUSTER,
            "rebuild",
            "What becomes of a node with transactions that the primary lacks, once they are archived: `rebuild` of a snapshot, or `stop` as it is."),
    SALVAGE_WAIT(
            CLUSTER,
            "5s",
            "How long a take-over waits for a fallen primary's server when that is known to have what no other has, 0 to 5 min."),
    FAILOVER(
            CLUSTER,
            "auto",
            "`manual`: a lost primary is replaced only after `manage failover`; planned stops hand over all the same."),
    FAILOVER_WINDOW(
            CLUSTER,
            "0",
            "After a failover no second one by itself for so long, unless acknowledged; such as 10m; 0: never held back."),
    FAILOVER_STEADY(
            CLUSTER,
            "0",
            "A failover whose primary has written for so long holds none back any more; 0: FAILOVER_WINDOW alone counts."),
    BOOTSTRAP_FROM(
            CLUSTER,
            "",
            "How to start a cluster whose Consul keys or data are gone: `empty`, `latest`, or the id of a snapshot. Obeyed once."),
    LOG_LEVEL(CLUSTER, "INFO", "DEBUG, INFO, WARN or ERROR."),
    SUPERVISOR(CLUSTER, "", "`containerpilot` or `builtin`; default: ContainerPilot when the image has it."),
    HOOKS(
            CLUSTER,
            "resident",
            "`resident`: health and onChange run within a process that lives on (the built-in supervisor; a job under ContainerPilot); `process`: each run as a program of its own."),

    CONSUL(CONSUL_ACCESS, "consul", "The agent: `host`, `host:port` (default 8500) or `http(s)://host:port`."),
    CONSUL_AGENT(CONSUL_ACCESS, "0", "1: an agent runs in each container, and the hooks talk to that one."),
    CONSUL_HTTP_TOKEN(CONSUL_ACCESS, "", "ACL token.", true),
    CONSUL_CACERT(CONSUL_ACCESS, "", "PEM file of the authorities to trust for HTTPS."),

    NODE_ADDRESS(SERVER, "", "IP address at which the other nodes reach this one; default: the one that Consul is reached from."),
    SERVER_ID(SERVER, "", "The server_id, 1 to 4294967295, different on each node; default: drawn anew at each start."),
    MYSQL_DATADIR(SERVER, "/var/lib/mysql", "The data volume; mysqld's data directory is `data` below it."),
    INNODB_BUFFER_POOL_SIZE(SERVER, "", "Such as `512M`; default: a share of the container's memory limit."),

    MYSQL_REPL_USER(ACCOUNTS, "repluser", "Replication user."),
    MYSQL_REPL_PASSWORD(ACCOUNTS, "", "Its password, at most 32 bytes (characters, when all are ASCII). Required.", true),
    MYSQL_USER(ACCOUNTS, "", "The application's user; needs MYSQL_PASSWORD."),
    MYSQL_PASSWORD(ACCOUNTS, "", "Its password.", true),
    MYSQL_DATABASE(ACCOUNTS, "", "A database to create; MYSQL_USER has all rights on it."),
    MYSQL_ROOT_PASSWORD(ACCOUNTS, "", "Gives root a login over the network; without it root logs in by socket only.", true),
    MYSQL_RANDOM_ROOT_PASSWORD(
            ACCOUNTS, "0", "Accepted for old files: root has no network login and so needs no password. Excludes MYSQL_ROOT_PASSWORD."),
    MYSQL_ONETIME_PASSWORD(ACCOUNTS, "0", "1: MYSQL_ROOT_PASSWORD has to be changed at the first network login."),

    SNAPSHOT_BACKEND(SNAPSHOTS, "local", "Where snapshots go: `local`, `s3` (any S3, `minio` is the same by its older name) or `manta`."),
    STORAGE_DIR(SNAPSHOTS, "/snapshots", "Directory of the `local` store, shared by all nodes."),
    BACKUP_NAME(SNAPSHOTS, "mysql-backup-%Y-%m-%dT%H-%M-%SZ", "Beginning of a snapshot's name, in strftime's format."),
    BACKUP_TTL(SNAPSHOTS, "86400s", "Age at which the next snapshot is due; a bare number is seconds."),
    BACKUP_WINDOW(
            SNAPSHOTS,
            "",
            "Hours of the day for them, such as `01:30-05:00` in UTC. Outside of these only when the last one is twice as old as BACKUP_TTL, or a node needs one. Default: at any time."),

    SNAPSHOT_KEEP(SNAPSHOTS, "14", "So many of the newest snapshots of this cluster stay, 1 to 999; the others are removed after the next one was taken."),
    SNAPSHOT_KEEP_FOR(SNAPSHOTS, "", "Snapshots that are older are removed, too; such as 30d."),
    SNAPSHOT_KEEP_LEAST(SNAPSHOTS, "2", "So many of the newest sound ones stay, however old they are, 1 to 999."),
    SNAPSHOT_KEY(
            SNAPSHOTS,
            "",
            "Encrypts all that goes into the store: 32 bytes as 64 hexadecimal digits or in base64; such as `openssl rand -hex 32` makes. Several, separated by"
                    + " commas: the first encrypts, all decrypt. Without it snapshots of data that was encrypted can't be restored.",
            true),
    SNAPSHOT_KEY_FILE(SNAPSHOTS, "", "A file with the key, or with several, one a line; in place of SNAPSHOT_KEY."),
    SNAPSHOT_COMPRESSION(SNAPSHOTS, "zstd", "`zstd` or `none`."),
    SNAPSHOT_LEVEL(SNAPSHOTS, "3", "Level of zstd, 1 to 19."),
    SNAPSHOT_THREADS(SNAPSHOTS, "1", "Threads that compress, 1 to 64."),
    SNAPSHOT_PART_SIZE(SNAPSHOTS, "8M", "Size of the objects that a snapshot is cut into, 1M to 64M. Up to one and twice SNAPSHOT_UPLOADS of them are in memory."),
    SNAPSHOT_UPLOADS(SNAPSHOTS, "3", "Objects that are written or read at the same time, 1 to 32."),
    SNAPSHOT_RATE(SNAPSHOTS, "", "Bytes a second that go to the store at most, such as `20M`; default: no limit."),

    VERIFY_TTL(
            SNAPSHOTS,
            "",
            "How often the newest snapshot is restored beside a replica's data and checked, such as 7d; needs room for a copy of the data. Default: never by itself."),
    VERIFY_SQL(SNAPSHOTS, "", "A statement that a restored server has to answer with 1, such as `SELECT COUNT(*) > 0 FROM shop.orders`."),

    PRIMARY_KEY(KEYS, "<SERVICE_NAME>-primary", "Consul key of the lease."),
    BACKUP_LOCK_KEY(KEYS, "<SERVICE_NAME>-backup-running", "Consul key of the snapshot lock."),
    LAST_BACKUP_KEY(KEYS, "<SERVICE_NAME>-last-backup", "Consul key of the newest snapshot."),
    LAST_BINLOG_KEY(KEYS, "<SERVICE_NAME>-last-binlog", "Consul key of the newest archived binary log."),

    S3_URL(S3, "", "Where it answers, such as `https://minio.example:9000`; default: AWS in S3_REGION."),
    S3_BUCKET(S3, "", "The bucket, which must exist. Required."),
    S3_PREFIX(S3, "", "Objects are named `<S3_PREFIX>/<SERVICE_NAME>/...`; default: `<SERVICE_NAME>/...`."),
    S3_ACCESS_KEY(S3, "", "Required."),
    S3_SECRET_KEY(S3, "", "Required.", true),
    S3_SESSION_TOKEN(S3, "", "Goes with temporary keys.", true),
    S3_REGION(S3, "", "Requests are signed for it; default: what the name of an AWS host says, else `us-east-1`."),
    S3_STYLE(S3, "auto", "`path`: `host/bucket`; `virtual`: `bucket.host`; `auto`: virtual on AWS, else path."),
    S3_CACERT(S3, "", "PEM file of the authorities to trust for HTTPS, in place of the JVM's."),
    MINIO_URL(S3, "", "Older form of S3_URL: `host:port`, with MINIO_TLS_SECURE."),
    MINIO_TLS_SECURE(S3, "0", "1: MINIO_URL speaks HTTPS."),
    MINIO_BUCKET(S3, "", "Older name of S3_BUCKET."),
    MINIO_LOCATION(S3, "", "Older name of S3_REGION."),
    MINIO_ACCESS_KEY(S3, "", "Older name of S3_ACCESS_KEY."),
    MINIO_SECRET_KEY(S3, "", "Older name of S3_SECRET_KEY.", true),

    MANTA_URL(MANTA, "", "Where it answers, such as `https://manta.example`. Required."),
    MANTA_USER(MANTA, "", "The account. Required."),
    MANTA_SUBUSER(MANTA, "", "A user of that account, who signs in its place."),
    MANTA_ROLE(MANTA, "", "Roles to take, separated by commas; default: the user's own."),
    MANTA_KEY_ID(MANTA, "", "Fingerprint of the key, as `ssh-keygen -l` prints it (SHA256 or MD5). Required."),
    MANTA_PRIVATE_KEY(MANTA, "", "The RSA key in PEM, without a passphrase, with `#` for line breaks.", true),
    MANTA_PRIVATE_KEY_FILE(MANTA, "", "A file with that key; in place of MANTA_PRIVATE_KEY."),
    MANTA_BUCKET(MANTA, "/<MANTA_USER>/stor", "The directory; objects are named `<MANTA_BUCKET>/<SERVICE_NAME>/...`."),
    MANTA_CACERT(MANTA, "", "PEM file of the authorities to trust for HTTPS, in place of the JVM's."),
    MANTA_TLS_INSECURE(MANTA, "0", "1: any certificate is taken for the server's.");

    /** The tables of the reference. */
    public enum Group {
        CLUSTER("Cluster"),
        CONSUL_ACCESS("Consul"),
        SERVER("mysqld"),
        ACCOUNTS("Accounts"),
        SNAPSHOTS("Snapshots"),
        S3("`SNAPSHOT_BACKEND=s3`"),
        MANTA("`SNAPSHOT_BACKEND=manta`"),
        KEYS("Key names");

        private final String title;

        Group(String title) {
            this.title = title;
        }

        public String title() {
            return title;
        }
    }

    private final Group group;
    private final String fallback;
    private final String doc;
    private final boolean secret;

    Setting(Group group, String fallback, String doc) {
        this(group, fallback, doc, false);
    }

    Setting(Group group, String fallback, String doc, boolean secret) {
        this.group = group;
        this.fallback = fallback;
        this.doc = doc;
        this.secret = secret;
    }

    public Group group() {
        return group;
    }

    /** What holds when the variable is absent or empty; empty for nothing. */
    public String fallback() {
        return fallback;
    }

    public String doc() {
        return doc;
    }

    /** Whether the value must never be shown. */
    public boolean secret() {
        return secret;
    }
}
