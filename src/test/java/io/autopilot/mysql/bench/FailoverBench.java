package io.autopilot.mysql.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autopilot.mysql.e2e.AckSets;
import io.autopilot.mysql.e2e.Images;
import io.autopilot.mysql.e2e.TestCluster;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * From a client's view: how long writes stop, for each fault, on a cluster of three nodes. Prints a Markdown table; the ledger of
 * acknowledged rows is checked after each fault. No part of the test suite: {@code make bench} runs it.
 */
class FailoverBench {
    private static final String PROJECT = "autopilot-bench";
    private static final Duration BOUND = Duration.ofSeconds(90);
    /** A node may have to be made anew of a snapshot that is old by now. */
    private static final Duration WHOLE = Duration.ofMinutes(4);
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    /** For work on some of the faults; {@code -Donly='switchover,kill -9 mysqld'}. */
    private static final List<String> ONLY = List.of(System.getProperty("only", "").split(",", -1));

    private final Map<String, List<Long>> gaps = new TreeMap<>();
    private final Map<String, List<Long>> others = new TreeMap<>();
    private long lost;
    private long anew;
    private TestCluster cluster;

    @Test
    void faultsOfAClusterOfThree() throws IOException, SQLException {
        Path directory = Files.createTempDirectory("bench");
        cluster = new TestCluster(PROJECT, Images.latest(), directory, Map.of());
        try {
            run(Integer.getInteger("runs", 5));
        } finally {
            Files.writeString(directory.resolve("cluster.log"), cluster.logs());
            OUT.println("the nodes' logs: " + directory.resolve("cluster.log"));
            cluster.close();
        }
        assertEquals(0, lost, "acknowledged rows that a new primary lacked");
    }

    private void run(int runs) throws SQLException {
        long began = System.nanoTime();
        cluster.up(1);
        String first = cluster.awaitPrimary(BOUND);
        cluster.await("acknowledged write", BOUND, () -> tryWrite(first));
        OUT.println("bring-up to the first acknowledged write: " + millis(began) + " ms");
        cluster.write(first, "CREATE TABLE rows_acked (id BIGINT AUTO_INCREMENT PRIMARY KEY, node VARCHAR(64), n BIGINT, UNIQUE (node, n))");
        cluster.await("snapshot", BOUND, () -> cluster.status(first).filter(s -> !s.path("lastSnapshot").isNull()));
        began = System.nanoTime();
        cluster.up(3);
        cluster.awaitReplicas(2, BOUND);
        OUT.println("scale 1 -> 3, both listed as healthy replicas: " + millis(began) + " ms");
        for (int i = 0; i < runs; i++) {
            fault("switchover", old -> cluster.docker("exec", old, "manage", "switchover"), old -> {});
            fault("docker stop", old -> cluster.docker("stop", "-t", "60", old), old -> cluster.docker("start", old));
            fault("kill -9 mysqld", old -> cluster.docker("exec", old, "pkill", "-KILL", "-x", "mysqld"), old -> {});
            fault("docker kill", old -> cluster.docker("kill", old), old -> cluster.docker("start", old));
            fault("network cut", old -> network("disconnect", old), old -> network("connect", old));
            fault("docker pause", cluster::freeze, cluster::thaw);
        }
        report(runs);
    }

    private void network(String verb, String node) {
        cluster.docker("network", verb, PROJECT + "_default", node);
    }

    private interface Act {
        void on(String node);
    }

    private void fault(String name, Act break_, Act mend) throws SQLException {
        if (!ONLY.equals(List.of("")) && !ONLY.contains(name)) {
            return;
        }
        cluster.await("whole cluster", WHOLE, () -> isWhole() ? Optional.of(true) : Optional.empty());
        String old = cluster.awaitPrimary(BOUND);
        long began = System.nanoTime();
        // To ask compose takes a second of a core, which would be a part of what is measured.
        List<String> nodes = cluster.running();
        try (Writers writers = new Writers(cluster, nodes)) {
            cluster.await("writes before the fault", BOUND, () -> writers.acks(old) > 20 ? Optional.of(true) : Optional.empty());
            Thread breaker = Thread.ofPlatform().start(() -> break_.on(old));
            Writers.Ack ack = cluster.await("write after " + name, BOUND, () -> writers.firstOf(old));
            long gap = ack.at() - writers.lastBefore(old, ack.at());
            gaps.computeIfAbsent(name, n -> new ArrayList<>()).add(gap / 1_000_000);
            String third = nodes.stream().filter(n -> !n.equals(old) && !n.equals(ack.node())).findFirst().orElseThrow();
            cluster.await("the new primary's row on " + third, BOUND, () -> count(third, ack.node()));
            others.computeIfAbsent(name, n -> new ArrayList<>()).add((System.nanoTime() - ack.at()) / 1_000_000);
            breaker.join();
            writers.stop();
            lost += writers.missingOn(ack.node());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        mend.on(old);
        cluster.await("replica again", WHOLE, () -> cluster.replicas().contains(old) ? Optional.of(true) : Optional.empty());
        // An unacknowledged write that it had begun when it was cut off is nobody else's.
        anew += cluster.newLog(old, Duration.ofNanos(System.nanoTime() - began)).contains("event=rebuild ") ? 1 : 0;
        OUT.println(name + ": writes stopped for " + last(gaps.get(name)) + " ms, the other replica had the next row "
                + last(others.get(name)) + " ms later");
    }

    private boolean isWhole() {
        return cluster.primary().isPresent() && cluster.replicas().size() == 2 && AckSets.isProven(cluster, 2);
    }

    private Optional<Boolean> count(String on, String by) {
        try {
            return cluster.read(on, "SELECT 1 FROM rows_acked WHERE node = '" + by + "' LIMIT 1").isEmpty()
                    ? Optional.empty()
                    : Optional.of(true);
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    private Optional<Boolean> tryWrite(String node) {
        try {
            cluster.write(node, "CREATE TABLE IF NOT EXISTS first_row (id INT PRIMARY KEY)");
            return Optional.of(true);
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    private void report(int runs) {
        OUT.println();
        OUT.println("| fault | runs | new primary | writes stopped, p50 / p95 / max | other replica had the next row after, p50 / p95 / max |");
        OUT.println("|---|---|---|---|---|");
        gaps.forEach((name, values) -> OUT.println("| " + name + " | " + runs + " | " + values.size() + " | " + summary(values) + " | "
                + summary(others.get(name)) + " |"));
        OUT.println();
        OUT.println("old primaries that made themselves anew, with a write that nobody else had: " + anew);
        OUT.println("acknowledged rows that the new primary lacked, all runs: " + lost);
    }

    private static String summary(List<Long> values) {
        List<Long> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return rank(sorted, 50) + " / " + rank(sorted, 95) + " / " + sorted.getLast() + " ms";
    }

    /** The nearest one. */
    private static long rank(List<Long> sorted, int percent) {
        return sorted.get((sorted.size() * percent + 99) / 100 - 1);
    }

    private static long last(List<Long> values) {
        return values.getLast();
    }

    private static long millis(long since) {
        return (System.nanoTime() - since) / 1_000_000;
    }
}
