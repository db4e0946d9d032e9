package io.autopilot.mysql.bench;

import io.autopilot.mysql.e2e.TestCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that try to write to every node all the time, and remember what was acknowledged when. */
final class Writers implements AutoCloseable {
    private static final AtomicLong NUMBER = new AtomicLong();

    private static final int READ_ONLY = 1290;

    private final TestCluster cluster;
    private final ConcurrentLinkedQueue<Ack> acks = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    /** A row that the node said is committed; the time is that of the answer, by System.nanoTime. */
    record Ack(String node, long number, long at) {}

    Writers(TestCluster cluster, List<String> nodes) {
        this.cluster = cluster;
        nodes.forEach(node -> threads.add(Thread.ofPlatform().start(() -> write(node))));
    }

    private void write(String node) {
        while (!over.get()) {
            try (Connection connection = cluster.connect(node);
                    PreparedStatement insert = connection.prepareStatement("INSERT INTO rows_acked (node, n) VALUES (?, ?)")) {
                while (!over.get()) {
                    tryInsert(insert, node);
                }
            } catch (SQLException | IllegalStateException e) {
                // Read-only, gone, not there yet: that is what is measured.
                pause(40);
            }
        }
    }

    /** A refusal costs no new connection: the clients must not be what keeps the machine busy. */
    private void tryInsert(PreparedStatement insert, String node) throws SQLException {
        long number = NUMBER.incrementAndGet();
        insert.setString(1, node);
        insert.setLong(2, number);
        try {
            insert.executeUpdate();
            acks.add(new Ack(node, number, System.nanoTime()));
            pause(10);
        } catch (SQLException e) {
            if (e.getErrorCode() != READ_ONLY) {
                throw e;
            }
            pause(15);
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    long acks(String node) {
        return acks.stream().filter(a -> a.node().equals(node)).count();
    }

    /** The first acknowledgement by any node but this one. */
    Optional<Ack> firstOf(String old) {
        return acks.stream().filter(a -> !a.node().equals(old)).findFirst();
    }

    long lastBefore(String node, long at) {
        return acks.stream().filter(a -> a.node().equals(node) && a.at() < at).mapToLong(Ack::at).max().orElse(at);
    }

    void stop() throws InterruptedException {
        over.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** Acknowledged rows that a node doesn't have. */
    long missingOn(String node) throws SQLException {
        Set<String> there = new HashSet<>(cluster.read(node, "SELECT n FROM rows_acked"));
        return acks.stream().filter(a -> !there.contains(Long.toString(a.number()))).count();
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
