package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Planned stops over fakes; the other nodes' hooks run while the stopping one waits. */
class PreStopTest {
    @TempDir
    private Path directory;

    private FakeCluster cluster;

    @BeforeEach
    void newCluster() {
        cluster = new FakeCluster(directory);
    }

    @Test
    void aPrimaryHandsOverWithEverythingItHas() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(0).server.clientWrites();
        GtidSet all = nodes.get(0).server.executed();
        Outcome outcome = stop(nodes.get(0), nodes.get(1), nodes.get(2));
        assertTrue(outcome.reason().text().startsWith("db1 is the primary, term 2; writes stopped for "), outcome.toString());
        assertEquals(1, cluster.writable().size());
        assertTrue(cluster.writable().getFirst().server.executed().contains(all));
    }

    @Test
    void aStoppedNodeIsGoneFromEveryServiceAndItsServerIsDown() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        stop(nodes.get(0), nodes.get(1), nodes.get(2));
        stop(nodes.get(2), nodes.get(1));
        for (FakeNode stopped : List.of(nodes.get(0), nodes.get(2))) {
            for (String service : List.of("mysql-primary", "mysql", "mysql-node")) {
                assertFalse(
                        cluster.consul.instances(service, cluster.time.in(Duration.ofSeconds(1))).stream()
                                .anyMatch(i -> i.id().endsWith("-" + stopped.name)),
                        service);
            }
            assertTrue(stopped.state.mysqldStart().isEmpty());
        }
    }

    @Test
    void aReplicaThatHasNotAppliedEverythingSucceedsOnceItHas() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(1).server.setAppliesNothing(true);
        nodes.get(0).server.clientWrites();
        GtidSet all = nodes.get(0).server.executed();
        stop(nodes.get(0), nodes.get(1));
        assertTrue(cluster.writable().isEmpty());
        nodes.get(1).server.setAppliesNothing(false);
        cluster.rounds(2);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertTrue(nodes.get(1).server.executed().contains(all));
    }

    @Test
    void aReplicaThatIsSilentIsPassedOverForOneThatAnswers() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        // Both have the same; by name db1 would be first, and it is being stopped, too.
        nodes.get(1).state.writeStopping();
        Outcome outcome = stop(nodes.get(0), nodes.get(1), nodes.get(2));
        assertTrue(outcome.reason().text().startsWith("db2 is the primary, term 2"), outcome.toString());
        assertEquals(List.of(nodes.get(2)), cluster.writable());
    }

    @Test
    void aLonePrimaryStopsWithoutWaiting() {
        FakeNode only = cluster.add("db0");
        only.health();
        Duration began = cluster.time.uptime();
        Outcome outcome = stop(only);
        assertTrue(outcome.isDone(), outcome.toString());
        assertTrue(cluster.time.uptime().minus(began).compareTo(Duration.ofSeconds(2)) < 0);
        only.restartContainer();
        cluster.rounds(6);
        assertTrue(only.server.writable());
    }

    @Test
    void noOtherHookOfAStoppingNodeTakesARole() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(1).state.writeStopping();
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        assertEquals("Stopping", nodes.get(1).health().decision());
        assertTrue(cluster.writable().isEmpty());
    }

    @Test
    void withoutConsulMysqldIsFencedAndStopsCleanly() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.consul.setReachable(false);
        Outcome outcome = stop(nodes.get(0));
        assertTrue(outcome.isDone(), outcome.toString());
        assertFalse(nodes.get(0).server.writable());
    }

    /** With the supervisors of the others alongside. */
    private Outcome stop(FakeNode node, FakeNode... others) {
        AtomicBoolean over = new AtomicBoolean();
        for (FakeNode other : others) {
            cluster.time.alongside(() -> {
                while (!over.get()) {
                    new OnChange(other.node, other.ports, new Health(other.node, other.ports), false).run(cluster.time.in(Duration.ofSeconds(19)));
                    cluster.time.sleep(Duration.ofMillis(200));
                }
            });
        }
        Outcome outcome = new PreStop(node.node, node.ports).run(cluster.time.in(Duration.ofSeconds(38)));
        over.set(true);
        cluster.time.awaitOthers();
        node.freezeHooks();
        return outcome;
    }
}
