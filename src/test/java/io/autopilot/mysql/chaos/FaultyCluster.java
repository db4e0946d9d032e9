package io.autopilot.mysql.chaos;

import io.autopilot.mysql.chaos.AckedRows.Contents;
import io.autopilot.mysql.chaos.AckedRows.Difference;
import io.autopilot.mysql.e2e.AckSets;
import io.autopilot.mysql.e2e.Images;
import io.autopilot.mysql.e2e.TestCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** Three nodes and the rows that they have acknowledged, from one fault to the next. */
final class FaultyCluster implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(3);
    /** For the first acknowledged write after a fault, once the fault itself is over. */
    static final Duration RECOVERY = Duration.ofSeconds(90);
    /** For all three nodes to be back. */
    private static final Duration WHOLE = Duration.ofMinutes(4);
    /** A primary that is still the same one has to write on for so long. */
    private static final Duration LONG_PAST = Duration.ofSeconds(3);

    private static final int NODES = 3;
    private static final String SMALL_DISKS =
            """
            services:
              mysql:
                volumes:
                  - type: tmpfs
                    target: /var/lib/mysql
                    tmpfs:
                      size: 900000000
            """;

    private final Outcome.Setup setup;
    private final TestCluster cluster;
    private final AckedRows rows = new AckedRows();
    private final AtomicLong ids = new AtomicLong();

    private FaultyCluster(Outcome.Setup setup, TestCluster cluster) {
        this.setup = setup;
        this.cluster = cluster;
    }

    /** A new one of three healthy nodes. */
    static FaultyCluster start(Outcome.Setup setup, boolean smallDisks) throws IOException, SQLException {
        Path directory = Files.createTempDirectory("faults");
        String name = "faults-" + setup.version().replaceAll("[^0-9]", "") + "-" + setup.mode() + (smallDisks ? "-small" : "");
        TestCluster cluster = new TestCluster(name, Images.of(setup.version()), directory, Map.of("REPLICATION_MODE", setup.mode()));
        if (smallDisks) {
            Path small = Files.writeString(directory.resolve("small-disks.yml"), SMALL_DISKS);
            cluster.with("COMPOSE_FILE", "docker-compose.yml:" + small);
        }
        FaultyCluster started = new FaultyCluster(setup, cluster);
        try {
            started.begin();
            return started;
        } catch (AssertionError | SQLException | IllegalStateException e) {
            started.close();
            throw e;
        }
    }

    private void begin() throws SQLException {
        cluster.up(1);
        String first = cluster.awaitPrimary(START);
        cluster.write(first, "CREATE TABLE acked (id BIGINT PRIMARY KEY, payload VARCHAR(100) NOT NULL, crc BIGINT NOT NULL)");
        cluster.awaitInside("snapshot", START, cluster::lastSnapshot);
        cluster.up(NODES);
        awaitWhole();
        awaitLastRow();
    }

    /** One fault from whole to whole; what was seen is in the outcome, never an exception. */
    Outcome run(Fault fault) {
        long began = System.nanoTime();
        String primary = cluster.awaitPrimary(RECOVERY);
        Scene scene;
        Optional<Duration> recovery;
        Optional<String> trouble;
        List<Clients.Ack> acks;
        try (Clients clients = new Clients(cluster, ids, primary)) {
            scene = new Scene(cluster, clients, setup.lossless(), primary, cluster.running());
            clients.start();
            cluster.await("writes before the fault", RECOVERY, () -> clients.acks().size() > 50 ? Optional.of(true) : Optional.empty());
            trouble = attempt(() -> fault.strike().on(scene));
            long over = System.nanoTime();
            recovery = recovery(scene, clients, over);
            trouble = trouble.or(() -> attempt(() -> fault.heal().on(scene)));
            trouble = trouble.or(() -> attempt(this::awaitWhole));
            clients.close();
            acks = clients.acks();
        }
        rows.acknowledge(acks);
        trouble = trouble.or(() -> attempt(this::awaitLastRow));
        // Of a cluster that isn't whole the primary alone is judged.
        Difference difference = compare(trouble.isEmpty() ? cluster.running() : cluster.primary().stream().toList());
        return new Outcome(
                fault.name(),
                setup,
                recovery,
                acks.size(),
                difference.lost(),
                difference.extra().size(),
                difference.unreadable().size(),
                rebuilt(Duration.ofNanos(System.nanoTime() - began)),
                trouble);
    }

    /** A fault or a cluster that doesn't do what is expected of it is a result. */
    private static Optional<String> attempt(Runnable work) {
        try {
            work.run();
            return Optional.empty();
        } catch (AssertionError | IllegalStateException e) {
            return Optional.of(String.valueOf(e.getMessage()).lines().findFirst().orElse("?"));
        }
    }

    /** The longest time without an answer, from the blow to the answer that shows that the cluster works. */
    private Optional<Duration> recovery(Scene scene, Clients clients, long over) {
        Optional<Clients.Ack> proof;
        try {
            proof = Optional.of(cluster.await("acknowledged write", RECOVERY, () -> clients.firstAfter(over, scene.primary(), LONG_PAST)));
        } catch (AssertionError e) {
            return Optional.empty();
        }
        long longest = 0;
        long before = clients.acks().stream().mapToLong(Clients.Ack::at).filter(at -> at <= scene.struck()).max().orElse(scene.struck());
        for (long at : clients.acks().stream().mapToLong(Clients.Ack::at).sorted().toArray()) {
            if (at > scene.struck() && at <= proof.get().at()) {
                longest = Math.max(longest, at - Math.max(before, scene.struck()));
                before = at;
            }
        }
        return Optional.of(Duration.ofNanos(longest));
    }

    /** Three nodes in their roles, all of them promised. */
    private void awaitWhole() {
        cluster.awaitInside("whole cluster", WHOLE, () -> isWhole() ? Optional.of(true) : Optional.empty());
    }

    /** When nobody writes any more: what the primary has now is on every node. */
    private void awaitLastRow() {
        long mark = ids.incrementAndGet();
        cluster.await("acknowledged mark", RECOVERY, () -> cluster.primary().filter(node -> writes(node, mark)));
        rows.acknowledge(List.of(new Clients.Ack(mark, "the primary", 0)));
        for (String node : cluster.running()) {
            cluster.await("mark " + mark + " on " + node, RECOVERY, () -> has(node, mark));
        }
    }

    private boolean isWhole() {
        return cluster.primary().isPresent() && cluster.replicas().size() == NODES - 1 && isPromised();
    }

    private boolean isPromised() {
        return !setup.lossless() || AckSets.isProven(cluster, NODES - 1);
    }

    private int rebuilt(Duration since) {
        return (int) cluster.running().stream().filter(node -> cluster.newLog(node, since).contains("event=rebuild ")).count();
    }

    private boolean writes(String node, long mark) {
        try {
            cluster.write(node, "INSERT IGNORE INTO acked VALUES (" + mark + ", 'mark', CRC32('mark'))");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private Optional<Boolean> has(String node, long mark) {
        try {
            return cluster.read(node, "SELECT id FROM acked WHERE id = " + mark).isEmpty() ? Optional.empty() : Optional.of(true);
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    private Difference compare(List<String> nodes) {
        Map<String, Contents> servers = new HashMap<>();
        nodes.forEach(node -> servers.put(node, contents(node)));
        return rows.compare(servers);
    }

    private Contents contents(String node) {
        Set<Long> sound = new HashSet<>();
        Set<Long> damaged = new HashSet<>();
        try {
            for (String row : cluster.read(node, "SELECT CONCAT(id, ' ', CRC32(payload) = crc) FROM acked")) {
                String[] pair = row.split(" ", 2);
                (pair[1].equals("1") ? sound : damaged).add(Long.parseLong(pair[0]));
            }
            return new Contents(sound, damaged);
        } catch (SQLException e) {
            return Contents.UNKNOWN;
        }
    }

    /** What all the nodes that are still there have said. */
    String logs() {
        List<String> all = new ArrayList<>(List.of(cluster.logs()));
        all.add("durability: " + cluster.keys("mysql/"));
        return String.join("\n", all);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
