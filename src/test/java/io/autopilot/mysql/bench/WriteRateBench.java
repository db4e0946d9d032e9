package io.autopilot.mysql.bench;

import io.autopilot.mysql.e2e.Images;
import io.autopilot.mysql.e2e.TestCluster;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What lossless mode costs a writer, beside semi-synchronous replication set up by hand on the same machine at the same time: the two take turns.
 * Prints a Markdown table. No part of the test suite: {@code make bench} runs it.
 */
class WriteRateBench {
    private static final String PROJECT = "autopilot-write-bench";
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final Duration TURN = Duration.ofSeconds(Integer.getInteger("turn", 8));
    private static final int CLIENTS = 8;
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final List<Double> ours = new ArrayList<>();
    private final List<Double> byHand = new ArrayList<>();

    @Test
    void writesOfLosslessModeBesideThoseOfSemiSyncByHand() throws Exception {
        Path directory = Files.createTempDirectory("bench");
        try (TestCluster cluster = new TestCluster(PROJECT, Images.latest(), directory, Map.of())) {
            String primary = threeNodes(cluster);
            try (HandMadeNodes hands = new HandMadeNodes(cluster, PROJECT, Images.latest(), directory)) {
                for (String node : List.of(primary, hands.primary())) {
                    cluster.write(node, "CREATE TABLE written (id BIGINT AUTO_INCREMENT PRIMARY KEY, text VARCHAR(200))");
                    rate(cluster, node);
                }
                for (int i = 0; i < Integer.getInteger("runs", 5); i++) {
                    ours.add(rate(cluster, primary));
                    byHand.add(rate(cluster, hands.primary()));
                }
            }
        }
        report();
    }

    private static String threeNodes(TestCluster cluster) throws IOException {
        cluster.up(1);
        String primary = cluster.awaitPrimary(BOUND);
        cluster.await("snapshot", BOUND, () -> cluster.status(primary).filter(s -> !s.path("lastSnapshot").isNull()));
        cluster.up(3);
        cluster.awaitReplicas(2, BOUND);
        return primary;
    }

    /** Acknowledged rows a second, one a transaction. */
    private static double rate(TestCluster cluster, String node) throws Exception {
        long end = System.nanoTime() + TURN.toNanos();
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                counts.add(clients.submit(() -> write(cluster, node, end)));
            }
            long rows = 0;
            for (Future<Long> count : counts) {
                rows += count.get();
            }
            return rows / (double) TURN.toSeconds();
        }
    }

    private static long write(TestCluster cluster, String node, long end) throws SQLException {
        try (Connection connection = cluster.connect(node);
                PreparedStatement insert = connection.prepareStatement("INSERT INTO written (text) VALUES (REPEAT('x', 100))")) {
            long rows = 0;
            while (System.nanoTime() < end) {
                insert.executeUpdate();
                rows++;
            }
            return rows;
        }
    }

    private void report() {
        OUT.println();
        OUT.println("| " + CLIENTS + " clients, one row a transaction, " + ours.size() + " turns of " + TURN.toSeconds() + " s | rows/s, median | min | max |");
        OUT.println("|---|---|---|---|");
        line("lossless mode", ours);
        line("semi-sync by hand, same my.cnf", byHand);
        OUT.printf("%nratio of the medians: %.3f%n", median(ours) / median(byHand));
    }

    private static void line(String name, List<Double> rates) {
        List<Double> sorted = rates.stream().sorted().toList();
        OUT.printf("| %s | %.0f | %.0f | %.0f |%n", name, median(rates), sorted.getFirst(), sorted.getLast());
    }

    private static double median(List<Double> rates) {
        return rates.stream().sorted().toList().get(rates.size() / 2);
    }
}
