package io.autopilot.mysql.e2e;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Rows that a cluster has acknowledged, written one at a time at the primary that Consul lists, and the check that no node lacks one. */
final class Ledger {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(120);

    private final TestCluster cluster;
    private int rows;

    Ledger(TestCluster cluster) {
        this.cluster = cluster;
    }

    void create() throws SQLException {
        cluster.write(cluster.awaitPrimary(SOON), "CREATE TABLE ledger (id INT PRIMARY KEY, note VARCHAR(20))");
    }

    /** One more row; the node that acknowledged it. */
    String write() {
        return write(SOON);
    }

    String write(Duration bound) {
        rows++;
        return cluster.await("acknowledged write", bound, () -> cluster.primary().flatMap(this::tryWrite));
    }

    /** One more row, by any node but this one. */
    String writeElsewhere(String old, Duration bound) {
        rows++;
        return cluster.await(
                "acknowledged write of another node than " + old,
                bound,
                () -> cluster.primary().filter(primary -> !primary.equals(old)).flatMap(this::tryWrite));
    }

    /** One more row at a node, whatever is listed. */
    void writeAt(String node, Duration bound) {
        rows++;
        cluster.awaitInside("acknowledged write of " + node, bound, () -> tryWrite(node));
    }

    /** A write that came through without an answer is tried again, so the row may be there already. */
    private Optional<String> tryWrite(String primary) {
        try {
            cluster.write(primary, "INSERT IGNORE INTO ledger VALUES (" + rows + ", 'row')");
            return Optional.of(primary);
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    /** The container of the primary is killed: another node takes over, and the old one comes back as a replica, with nothing lost. */
    void survivesTheKillOfThePrimary() {
        survivesTheEndOfThePrimary("kill");
    }

    /** The same of a container that is stopped. */
    void survivesTheStopOfThePrimary() {
        survivesTheEndOfThePrimary("stop", "-t", "60");
    }

    private void survivesTheEndOfThePrimary(String... end) {
        String old = write();
        List<String> command = new ArrayList<>(List.of(end));
        command.add(old);
        cluster.docker(command.toArray(String[]::new));
        writeElsewhere(old, SOON);
        cluster.docker("start", old);
        cluster.awaitReplica(old, LATER);
        isWholeOnEveryNode();
    }

    /** Every running node has every row, and no other. */
    void isWholeOnEveryNode() {
        List<String> expected = IntStream.rangeClosed(1, rows).mapToObj(Integer::toString).toList();
        for (String node : cluster.running()) {
            cluster.await("all " + rows + " rows on " + node, SOON, () -> idsOn(node).filter(expected::equals));
        }
    }

    private Optional<List<String>> idsOn(String node) {
        try {
            return Optional.of(cluster.read(node, "SELECT id FROM ledger ORDER BY id"));
        } catch (SQLException e) {
            return Optional.empty();
        }
    }
}
