package io.autopilot.mysql.chaos;

import io.autopilot.mysql.e2e.TestCluster;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;

/**
 * Applications: each finds the primary by Consul, keeps its connection until that fails, and writes one row a transaction. The patient ones
 * wait for their answer as long as it takes, so that one which comes too late is seen; the nimble ones give up soon and look for the primary
 * anew. While Consul doesn't answer they go to the primary that they know.
 */
final class Clients implements AutoCloseable {
    private static final int PATIENT = 3;
    private static final int NIMBLE = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration HASTE = Duration.ofSeconds(2);
    private static final Duration PACE = Duration.ofMillis(25);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Executor AT_ONCE = Runnable::run;

    private final TestCluster cluster;
    private final AtomicLong ids;
    private final ConcurrentLinkedQueue<Ack> acks = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Connection> open = new ConcurrentLinkedQueue<>();
    private final AtomicReference<String> primary;
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    /** A row that a node said is committed; the time is that of the answer, by System.nanoTime. */
    record Ack(long id, String node, long at) {}

    /** @param ids the last number that was given to a row; each row gets another one, also one whose fate isn't known */
    Clients(TestCluster cluster, AtomicLong ids, String primary) {
        this.cluster = cluster;
        this.ids = ids;
        this.primary = new AtomicReference<>(primary);
    }

    void start() {
        begin("discovery", this::discover);
        for (int i = 0; i < PATIENT; i++) {
            begin("patient " + i, () -> write(PATIENCE));
        }
        for (int i = 0; i < NIMBLE; i++) {
            begin("nimble " + i, () -> write(HASTE));
        }
    }

    private void begin(String name, Runnable work) {
        threads.add(Thread.ofPlatform().name(name).start(work));
    }

    private void discover() {
        while (!over.get()) {
            cluster.primary().ifPresent(primary::set);
            pause(LOOK);
        }
    }

    private void write(Duration patience) {
        while (!over.get()) {
            String node = primary.get();
            try (Connection connection = cluster.connect(node, HASTE)) {
                connection.setNetworkTimeout(AT_ONCE, Math.toIntExact(patience.toMillis()));
                open.add(connection);
                writeTo(connection, node);
            } catch (SQLException | IllegalStateException e) {
                // Read-only, gone, not there yet: not acknowledged, and that is all that counts.
                pause(PACE.multipliedBy(2));
            }
        }
    }

    private void writeTo(Connection connection, String node) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO acked (id, payload, crc) VALUES (?, ?, ?)")) {
            while (!over.get()) {
                long id = ids.incrementAndGet();
                String payload = "row " + id + " by " + Thread.currentThread().getName() + " at " + node;
                insert.setLong(1, id);
                insert.setString(2, payload);
                insert.setLong(3, crc(payload));
                insert.executeUpdate();
                acks.add(new Ack(id, node, System.nanoTime()));
                pause(PACE);
            }
        } finally {
            open.remove(connection);
        }
    }

    private static long crc(String payload) {
        CRC32 crc = new CRC32();
        crc.update(payload.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return crc.getValue();
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All acknowledged rows so far, about in the order of their answers. */
    List<Ack> acks() {
        return List.copyOf(acks);
    }

    /** The first answer after a moment that shows that the cluster works: by another node, or by the same one when the moment is long past. */
    Optional<Ack> firstAfter(long moment, String old, Duration longPast) {
        return acks.stream()
                .filter(ack -> ack.at() > moment)
                .filter(ack -> !ack.node().equals(old) || ack.at() > moment + longPast.toNanos())
                .findFirst();
    }

    /** Nobody writes any more; who still waits for an answer hangs up. */
    @Override
    public void close() {
        over.set(true);
        for (Connection connection : open) {
            try {
                connection.abort(AT_ONCE);
            } catch (SQLException e) {
                throw new IllegalStateException("a client can't hang up", e);
            }
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
