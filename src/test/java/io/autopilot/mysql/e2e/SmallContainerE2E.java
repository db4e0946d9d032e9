package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of 512 MiB with a Consul agent in each, under a name of the user's choice; in order. */
@Tag("side-by-side")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SmallContainerE2E {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(120);
    private static final long LIMIT = 512L << 20;

    private TestCluster cluster;
    private Ledger ledger;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        Map<String, String> settings = Map.of("SERVICE_NAME", "shop-db", "CONSUL_AGENT", "1");
        cluster = new TestCluster("autopilot-small", Images.latest(), directory, settings).with("MYSQL_MEMORY_LIMIT", "512m");
        ledger = new Ledger(cluster);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @AfterEach
    void theMemoryIsEnough() {
        for (String node : cluster.running()) {
            assertEquals("false 0", cluster.docker("inspect", "-f", "{{.State.OOMKilled}} {{.RestartCount}}", node).strip(), node);
            Memory memory = Memory.of(cluster, node);
            assertEquals(LIMIT, memory.limit(), node);
            assertEquals(0, memory.kills(), node);
            assertTrue(memory.used() < LIMIT * 8 / 10, node + " " + memory);
        }
    }

    @Test
    @Order(1)
    void oneSmallNodeInitialisesItselfAndTakesTheFirstSnapshot() throws SQLException {
        cluster.up(1);
        cluster.awaitPrimary(LATER);
        ledger.create();
        ledger.write();
        cluster.await("a snapshot", SOON, cluster::lastSnapshot);
    }

    @Test
    @Order(2)
    void aSecondOneIsRestoredAndReplicates() {
        ledger.write();
        cluster.up(2);
        cluster.awaitReplicas(1, LATER);
        ledger.write();
        ledger.isWholeOnEveryNode();
    }

    @Test
    @Order(3)
    void theReplicaTakesASnapshotByHand() {
        String before = cluster.lastSnapshot().orElseThrow();
        cluster.docker("exec", cluster.replicas().getFirst(), "manage", "snapshot");
        cluster.await("newer snapshot", SOON, () -> cluster.lastSnapshot().filter(id -> !id.equals(before)));
    }

    @Test
    @Order(4)
    void aKilledContainerIsReplaced() {
        ledger.survivesTheKillOfThePrimary();
    }

    @Test
    @Order(5)
    void aPlannedStopHandsBack() {
        ledger.survivesTheStopOfThePrimary();
    }

    /**
     * What a container's control group says, of version 1 or 2, in bytes.
     *
     * @param used by programs and the kernel for them; files in memory don't count, which go when the space is needed
     * @param kills processes that the kernel has killed for want of memory
     */
    private record Memory(long limit, long used, long kills) {
        private static final String LIMIT_FILES = "/sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes";
        private static final String STAT_FILES = "/sys/fs/cgroup/memory.stat /sys/fs/cgroup/memory/memory.stat";
        private static final String EVENT_FILES = "/sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control";

        static Memory of(TestCluster cluster, String node) {
            return new Memory(
                    Long.parseLong(read(cluster, node, LIMIT_FILES).getFirst()),
                    number(read(cluster, node, STAT_FILES), List.of("anon", "total_rss")),
                    number(read(cluster, node, EVENT_FILES), List.of("oom_kill")));
        }

        private static List<String> read(TestCluster cluster, String node, String files) {
            return cluster.docker("exec", node, "sh", "-c", "cat " + files + " 2>/dev/null || true").lines().toList();
        }

        private static long number(List<String> lines, List<String> names) {
            return lines.stream()
                    .map(line -> line.split(" ", 2))
                    .filter(pair -> names.contains(pair[0]))
                    .mapToLong(pair -> Long.parseLong(pair[1]))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
