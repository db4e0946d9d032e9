package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.port.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster over fakes whose Consul lost its data. */
class AdoptTest {
    @TempDir
    private Path directory;

    private FakeCluster cluster;
    private List<FakeNode> nodes;

    /** What REPLICATION_MODE says. */
    String mode() {
        return "async";
    }

    @BeforeEach
    void aClusterInItsSecondTerm() {
        cluster = new FakeCluster(directory, mode());
        nodes = cluster.withReplicas(2);
        nodes.get(0).killContainer();
        cluster.rounds(8);
        nodes.get(0).restartContainer();
        cluster.rounds(3);
        assertEquals(1, cluster.writable().size());
    }

    @Test
    void nothingHappensByItselfAndTheAdoptedNodeIsFollowedByTheOthers() {
        FakeNode last = cluster.writable().getFirst();
        cluster.consul.loseEverything();
        cluster.rounds(8);
        assertEquals(List.of(), cluster.writable());
        Adopt.Result result = adopt(last, false);
        assertTrue(result.outcome().isDone(), result.toString());
        assertEquals(List.of(last), cluster.writable());
        assertTrue(last.server.clientWrites());
        cluster.rounds(3);
        assertEquals(List.of(last), cluster.writable());
        for (FakeNode node : nodes) {
            assertEquals(last.server.executed(), node.server.executed(), node.name);
        }
        assertEquals(Optional.of(FakeCluster.UUID), new ClusterKeys(last.node, cluster.consul).clusterUuid(soon()));
        TermRecord term = new History(last.node, cluster.consul).newest(5, soon()).getFirst();
        assertEquals(3, term.term());
        assertEquals(Optional.of(TermRecord.Kind.ADOPTED), term.kind());
    }

    @Test
    void theNextFailoverKnowsWhoseTransactionsBelongToTheCluster() {
        FakeNode last = cluster.writable().getFirst();
        cluster.consul.loseEverything();
        cluster.rounds(2);
        adopt(last, false);
        cluster.rounds(3);
        last.killContainer();
        cluster.rounds(8);
        assertEquals(1, cluster.writable().size());
    }

    @Test
    void aDryRunChangesNothing() {
        FakeNode last = cluster.writable().getFirst();
        cluster.consul.loseEverything();
        cluster.rounds(2);
        Adopt.Result result = new Adopt(last.node, last.ports, false).dryRun(soon());
        assertTrue(result.outcome().isDone(), result.toString());
        assertEquals(Adopt.DRY_RUN, result.outcome().decision());
        assertEquals(List.of(), cluster.writable());
        assertTrue(cluster.consul.get("mysql-primary", soon()).isEmpty());
    }

    @Test
    void aNodeThatLacksWhatAnotherHasIsRefused() {
        FakeNode last = cluster.writable().getFirst();
        FakeNode behind = nodes.stream().filter(n -> n != last).findFirst().orElseThrow();
        cluster.net.cutOff(behind.server, true);
        last.server.clientWrites();
        cluster.consul.loseEverything();
        cluster.rounds(2);
        cluster.net.cutOff(behind.server, false);
        behind.server.setAppliesNothing(true);
        Adopt.Result refused = adopt(behind, false);
        assertFalse(refused.outcome().isDone(), refused.toString());
        assertEquals(List.of(), cluster.writable());
    }

    @Test
    void aClusterWithAPrimaryIsLeftAlone() {
        Adopt.Result refused = adopt(nodes.get(0), true);
        assertTrue(refused.outcome().reason().text().contains("nothing to adopt"), refused.toString());
        assertEquals(1, cluster.writable().size());
    }

    @Test
    void ofTwoNodesThatAreAdoptedOneIsRefused() {
        cluster.consul.loseEverything();
        cluster.rounds(2);
        assertTrue(adopt(nodes.get(1), false).outcome().isDone());
        assertFalse(adopt(nodes.get(2), true).outcome().isDone());
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    private Adopt.Result adopt(FakeNode node, boolean force) {
        return new Adopt(node.node, node.ports, force).run(soon()).orElseThrow();
    }

    private Deadline soon() {
        return cluster.time.in(Duration.ofSeconds(20));
    }
}
