package io.autopilot.mysql.core;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The server's configuration file (design, preStart). mysqld always starts read-only with replication stopped (G1), and keeps
 * what it acknowledged through a crash of its own (protocol, P1). Holds no secret.
 *
 * @param mode in lossless mode a server keeps clients out until it has a role: what a crash left may never have been acknowledged (protocol P6)
 * @param memoryLimit bytes that the container may use; empty for no limit that is known
 * @param bufferPool bytes that were asked for; empty: by the limit
 */
public record MyCnf(
        MysqlVersion version,
        Path dataDirectory,
        ServerId serverId,
        String reportHost,
        Durability.Mode mode,
        Optional<Long> memoryLimit,
        Optional<Long> bufferPool) {
    private static final long MIB = 1 << 20;
    private static final long SMALL = 768 * MIB;
    private static final long DEFAULT_POOL = 128 * MIB;
    private static final long LEAST_POOL = 64 * MIB;

    /** Socket that mysqld, the client programs and the hooks share. */
    public static final Path SOCKET = Path.of("/run/mysqld/mysqld.sock");

    /** The file's text. */
    public String text() {
        Map<String, String> mysqld = new LinkedHashMap<>();
        addPlaces(mysqld);
        addReplication(mysqld);
        addDurability(mysqld);
        addMemory(mysqld);
        addLog(mysqld);
        return "# Written by manage preStart at each start of the container; changes are lost.\n[mysqld]\n"
                + mysqld.entrySet().stream()
                        .map(e -> e.getValue().isEmpty() ? e.getKey() + "\n" : e.getKey() + " = " + e.getValue() + "\n")
                        .collect(Collectors.joining())
                + "\n[client]\nsocket = " + SOCKET + "\n";
    }

    private void addPlaces(Map<String, String> mysqld) {
        mysqld.put("datadir", dataDirectory.toString());
        mysqld.put("socket", SOCKET.toString());
        mysqld.put("pid_file", "/run/mysqld/mysqld.pid");
        mysqld.put("port", "3306");
        mysqld.put("bind_address", "*");
        mysqld.put("skip_name_resolve", "ON");
        mysqld.put("character_set_server", "utf8mb4");
        if (!version.isAtLeast(8, 0, 0)) {
            mysqld.put("collation_server", "utf8mb4_unicode_ci");
        }
        mysqld.put("plugin_load_add", String.join(";", plugins()));
        if (version.isAtLeast(8, 0, 11)) {
            mysqld.put("mysqlx", "OFF");
        }
    }

    private List<String> plugins() {
        List<String> plugins = new ArrayList<>(List.of("auth_socket.so"));
        if (version.isAtLeast(8, 0, 17)) {
            // Snapshots are taken with it.
            plugins.add("mysql_clone.so");
        }
        if (version.canBeLossless()) {
            // Loaded, and off: the hooks alone switch them on (protocol P2).
            plugins.add("semisync_source.so");
            plugins.add("semisync_replica.so");
        }
        return plugins;
    }

    private void addReplication(Map<String, String> mysqld) {
        mysqld.put("server_id", serverId.toString());
        if (version.isAtLeast(8, 0, 0)) {
            // A number that somebody assigned may have been that of a node before; GTIDs alone prevent circles. Older servers refuse it.
            mysqld.put("replicate_same_server_id", "ON");
        }
        mysqld.put("report_host", reportHost);
        mysqld.put("log_bin", "binlog");
        mysqld.put("relay_log", "relay");
        mysqld.put("binlog_format", "ROW");
        mysqld.put("gtid_mode", "ON");
        mysqld.put("enforce_gtid_consistency", "ON");
        mysqld.put(version.isAtLeast(8, 0, 26) ? "log_replica_updates" : "log_slave_updates", "ON");
        mysqld.put(version.isAtLeast(8, 0, 26) ? "skip_replica_start" : "skip_slave_start", "ON");
        mysqld.put("read_only", "ON");
        if (version.isAtLeast(5, 7, 8)) {
            mysqld.put("super_read_only", "ON");
        }
        if (mode == Durability.Mode.LOSSLESS) {
            mysqld.put("offline_mode", "ON");
        }
        if (!version.isAtLeast(8, 0, 0)) {
            mysqld.put("master_info_repository", "TABLE");
            mysqld.put("relay_log_info_repository", "TABLE");
        }
        if (version.isAtLeast(8, 4, 0)) {
            // The format is the only one left from 9.x on, and naming it draws a warning.
            mysqld.remove("binlog_format");
        }
    }

    private void addDurability(Map<String, String> mysqld) {
        mysqld.put("sync_binlog", "1");
        mysqld.put("innodb_flush_log_at_trx_commit", "1");
        mysqld.put("relay_log_recovery", "OFF");
        mysqld.put("sync_relay_log", "1");
        mysqld.put("innodb_file_per_table", "ON");
    }

    private void addMemory(Map<String, String> mysqld) {
        mysqld.put("innodb_buffer_pool_size", Long.toString(pool()));
        if (memoryLimit.filter(limit -> limit <= SMALL).isPresent()) {
            // With its defaults a server of 9.7 takes 545 MB and is killed at the first load.
            mysqld.put("performance_schema", "OFF");
            mysqld.put("innodb_log_buffer_size", Long.toString(8 * MIB));
        }
    }

    /** What is read at 3 a.m. has no lines that are always there: a password in a table, a certificate of its own, circles that GTIDs prevent, memory policies refused to containers. */
    private void addLog(Map<String, String> mysqld) {
        mysqld.put("loose_innodb_numa_interleave", "OFF");
        if (version.isAtLeast(8, 0, 13)) {
            mysqld.put("log_error_suppression_list", "MY-010897,MY-010068,MY-010190");
        }
        if (!version.isAtLeast(8, 0, 1)) {
            // From then on a month is the default; before, binary logs stay until the disk is full.
            mysqld.put("expire_logs_days", "30");
        }
    }

    /** Half of the container's limit beyond what the server and the hooks need anyway. */
    private long pool() {
        return bufferPool.orElseGet(() -> memoryLimit
                .map(limit -> Math.max(LEAST_POOL, (limit - 512 * MIB) / 2 / MIB * MIB))
                .orElse(DEFAULT_POOL));
    }
}
