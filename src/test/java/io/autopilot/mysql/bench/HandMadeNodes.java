package io.autopilot.mysql.bench;

import io.autopilot.mysql.e2e.TestCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Three servers of the same image beside a cluster, with the same my.cnf, that nobody looks after: semi-synchronous replication set up by hand, as a
 * DBA would, waiting for one of two replicas.
 */
final class HandMadeNodes implements AutoCloseable {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String SERVE = "until [ -e /etc/mysql/by-hand ]; do sleep 0.1; done; mkdir -p /run/mysqld; chown mysql /run/mysqld;"
            + " mysqld --defaults-file=/etc/mysql/by-hand --user=mysql --initialize-insecure &&"
            + " exec mysqld --defaults-file=/etc/mysql/by-hand --user=mysql --server-id=$ID";

    private final TestCluster cluster;
    private final String prefix;
    private final List<String> containers = new ArrayList<>();

    /** Of a running cluster, whose my.cnf and network they share. */
    HandMadeNodes(TestCluster cluster, String project, String image, Path directory) {
        this.cluster = cluster;
        this.prefix = project + "-by-hand-";
        Path settings = directory.resolve("my.cnf");
        cluster.docker("cp", cluster.running().getFirst() + ":/etc/mysql/my.cnf", settings.toString());
        for (int i = 1; i <= 3; i++) {
            containers.add(cluster.docker(
                            "run", "-d", "--name", prefix + i, "--network", project + "_default", "-e", "ID=" + i, "--entrypoint", "bash", image, "-c", SERVE)
                    .strip().substring(0, 12));
            cluster.docker("cp", settings.toString(), prefix + i + ":/etc/mysql/by-hand");
        }
        containers.forEach(node -> cluster.await("server " + node, BOUND, () -> answers(node)));
        source();
        containers.subList(1, 3).forEach(this::follow);
        cluster.await("two replicas that acknowledge", BOUND, this::acknowledged);
        sql(containers.getFirst(), "SET GLOBAL rpl_semi_sync_source_enabled = ON");
    }

    /** The one that is written to. */
    String primary() {
        return containers.getFirst();
    }

    private Optional<Boolean> answers(String node) {
        // The server of the initialisation has no network.
        return cluster.tryDocker("exec", node, "mysql", "-uroot", "-e", "SELECT 1 FROM DUAL WHERE @@port = 3306 AND @@server_id < 4")
                ? Optional.of(true)
                : Optional.empty();
    }

    private void source() {
        sql(primary(), "SET GLOBAL offline_mode = OFF; SET GLOBAL super_read_only = OFF; SET GLOBAL read_only = OFF;"
                + " SET GLOBAL rpl_semi_sync_source_wait_for_replica_count = 1; CREATE DATABASE shop;"
                + " CREATE USER app IDENTIFIED BY '" + TestCluster.PASSWORD.replace("\\", "\\\\").replace("'", "''") + "'; GRANT ALL ON shop.* TO app;"
                + " CREATE USER repl IDENTIFIED BY 'repl'; GRANT REPLICATION SLAVE ON *.* TO repl");
    }

    private void follow(String node) {
        sql(node, "SET GLOBAL offline_mode = OFF; SET GLOBAL rpl_semi_sync_replica_enabled = ON;"
                + " CHANGE REPLICATION SOURCE TO SOURCE_HOST = '" + prefix + "1', SOURCE_USER = 'repl', SOURCE_PASSWORD = 'repl', SOURCE_AUTO_POSITION = 1,"
                + " GET_SOURCE_PUBLIC_KEY = 1; START REPLICA");
    }

    private Optional<Boolean> acknowledged() {
        return sql(primary(), "SELECT COUNT(*) FROM performance_schema.threads WHERE processlist_command = 'Binlog Dump GTID'").contains("2")
                ? Optional.of(true)
                : Optional.empty();
    }

    private String sql(String node, String statements) {
        return cluster.docker("exec", node, "mysql", "-uroot", "-N", "-e", statements);
    }

    @Override
    public void close() {
        containers.forEach(node -> cluster.docker("rm", "-f", "-v", node));
    }
}
