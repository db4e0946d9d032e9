package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.core.ClusterStatus.NodeStatus;
import io.autopilot.mysql.core.ClusterStatus.Role;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.port.Consul;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusReaderTest {
    @TempDir
    private Path directory;

    private FakeCluster cluster;
    private List<FakeNode> nodes;

    @BeforeEach
    void aClusterOfTwo() {
        cluster = new FakeCluster(directory);
        nodes = cluster.withReplicas(1);
    }

    @Test
    void anyNodeTellsOfAll() {
        nodes.forEach(FakeNode::health);
        ClusterStatus status = nodes.get(1).status();
        assertTrue(status.hasWritablePrimary(), status.toString());
        assertEquals(List.of(Role.PRIMARY, Role.REPLICA), status.nodes().stream().map(NodeStatus::role).toList());
        assertEquals(Optional.empty(), status.trouble());
    }

    @Test
    void aLostNodeWhoseAddressAnotherOneHasIsNotTakenForThatOne() {
        nodes.forEach(FakeNode::health);
        cluster.consul.register(
                new Consul.ServiceSpec(
                        "mysql-node-db9",
                        "mysql-node",
                        nodes.get(1).server.address().host(),
                        3306,
                        List.of(),
                        Duration.ofSeconds(10),
                        Consul.CheckStatus.CRITICAL,
                        Optional.empty()),
                cluster.time.in(Duration.ofSeconds(1)));
        assertEquals(
                List.of(Role.PRIMARY, Role.REPLICA, Role.DOWN),
                nodes.get(0).status().nodes().stream().map(NodeStatus::role).toList());
    }

    @Test
    void withoutConsulANodeSaysSoAndWhatItIsItself() {
        cluster.consul.setReachable(false);
        ClusterStatus status = nodes.get(1).status();
        assertFalse(status.hasWritablePrimary());
        assertTrue(status.trouble().orElseThrow().text().startsWith("Consul can't be reached"), status.toString());
        assertEquals(List.of("db1"), status.nodes().stream().map(NodeStatus::name).toList());
        assertEquals(Optional.of(nodes.get(1).server.executed()), status.nodes().getFirst().executed());
    }

    @Test
    void withoutConsulAPrimaryThatStillMayWriteIsNoTrouble() {
        cluster.consul.setReachable(false);
        NodeStatus self = nodes.get(0).status().nodes().getFirst();
        assertTrue(self.writable());
        assertEquals("", self.note());
    }

    /** What happened, and why, without a look at any log. */
    @Test
    void aFailoverIsToldWithItsCause() {
        nodes.get(0).killContainer();
        cluster.rounds(6);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        ClusterStatus status = nodes.get(1).status();
        TermRecord change = status.lastChange().orElseThrow();
        assertEquals(Optional.of(TermRecord.Kind.FAILOVER), change.kind());
        assertEquals(Optional.of("db0"), change.from());
        assertTrue(change.why().startsWith("db0 lost the lease; db1 is "), change.why());
        NodeStatus gone = status.nodes().getFirst();
        assertEquals(Role.DOWN, gone.role());
        assertTrue(gone.note().startsWith("no word of it, and its server doesn't answer"), gone.note());
    }
}
