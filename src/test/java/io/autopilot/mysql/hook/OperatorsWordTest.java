package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.core.ClusterStatus.NodeStatus;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.core.TermRecord.Kind;
import io.autopilot.mysql.core.Word;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.port.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators say, and what a cluster over fakes makes of it; docs/decisions/0011. */
class OperatorsWordTest {
    private static final Word PAUSE = new Word.Pause(Optional.of("moving house"), Optional.empty());

    @TempDir
    private Path directory;

    private FakeCluster cluster;

    /** What REPLICATION_MODE says. */
    String mode() {
        return "async";
    }

    @BeforeEach
    void newCluster() {
        cluster = new FakeCluster(directory, mode());
    }

    @Test
    void inAPauseACrashedPrimaryRestartsInPlaceAndNobodyTakesOver() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        assertTrue(say(nodes.get(1), PAUSE).isDone());
        nodes.get(0).killMysqld();
        Outcome outcome = nodes.get(0).health();
        assertTrue(outcome.reason().text().contains("restarts in place; paused on db1"), outcome.toString());
        cluster.rounds(3);
        assertEquals(List.of(), cluster.writable());
        nodes.get(0).startMysqld();
        cluster.rounds(1);
        assertEquals(List.of(nodes.get(0)), cluster.writable());
        assertEquals(Optional.of(Kind.RESTARTED), newest(nodes.get(0)).kind());
    }

    @Test
    void inAPauseALostPrimaryIsReplacedOnlyAfterTheResume() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        say(nodes.get(1), PAUSE);
        nodes.get(0).killContainer();
        cluster.rounds(8);
        assertEquals(List.of(), cluster.writable());
        assertTrue(nodes.get(1).health().reason().text().contains("db0 lost the lease; paused on db1"));
        say(nodes.get(2), new Word.Resume());
        cluster.rounds(2);
        assertEquals(1, cluster.writable().size());
        assertEquals(Optional.of(Kind.FAILOVER), newest(nodes.get(1)).kind());
        assertEquals(Optional.of("db0"), newest(nodes.get(1)).from());
    }

    @Test
    void aPauseEndsByItselfAtItsTime() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        say(nodes.get(1), new Word.Pause(Optional.empty(), Optional.of(Duration.ofMinutes(2))));
        nodes.get(0).killContainer();
        cluster.rounds(20);
        assertEquals(List.of(), cluster.writable());
        cluster.rounds(8);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    @Test
    void aFenceIsRaisedInAPauseToo() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        say(nodes.get(1), PAUSE);
        cluster.consul.get("mysql-primary", soon()).ifPresent(e -> cluster.consul.deleteCas(e.key(), e.modifyIndex(), soon()));
        assertEquals("Fence", nodes.get(0).health().decision());
        assertEquals(List.of(), cluster.writable());
    }

    @Test
    void inAPauseAPrimaryThatIsStoppedHandsNothingOverAndIsThePrimaryAgainWhenItIsBack() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        say(nodes.get(1), PAUSE);
        Outcome outcome = new PreStop(nodes.get(0).node, nodes.get(0).ports).run(cluster.time.in(Duration.ofSeconds(38)));
        assertTrue(outcome.reason().text().startsWith("paused on db1"), outcome.toString());
        nodes.get(0).freezeHooks();
        cluster.rounds(8);
        assertEquals(List.of(), cluster.writable());
        nodes.get(0).restartContainer();
        nodes.get(0).health();
        assertEquals(List.of(nodes.get(0)), cluster.writable());
    }

    @Test
    void aConfigKeyThatCantBeReadIsAPauseAndNoFaultOfThePrimary() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.consul.cas("mysql/config", "{oops", 0, soon());
        assertEquals("Serve", nodes.get(0).health().decision());
        nodes.get(0).killContainer();
        cluster.rounds(8);
        assertEquals(List.of(), cluster.writable());
        assertTrue(nodes.get(1).health().reason().text().contains("mysql/config can't be read"));
        assertFalse(say(nodes.get(1), PAUSE).isDone());
        assertTrue(say(nodes.get(1), new Word.Resume()).isDone());
        cluster.rounds(2);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    @Test
    void aNodeInMaintenanceReplicatesIsNotListedAndDoesNotTakeOver() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        say(nodes.get(0), new Word.Maintain("db1", Optional.of("new disk")));
        assertEquals("Rest", nodes.get(1).health().decision());
        assertEquals(List.of("mysql-db2"), listed());
        nodes.get(0).server.clientWrites();
        assertEquals(nodes.get(0).server.executed(), nodes.get(1).server.executed());
        nodes.get(0).killContainer();
        cluster.rounds(8);
        assertEquals(List.of(nodes.get(2)), cluster.writable());
        assertEquals(Optional.of(nodes.get(2).server.address()), nodes.get(1).server.source());
        say(nodes.get(2), new Word.Return("db1"));
        cluster.rounds(1);
        assertEquals(List.of("mysql-db1"), listed());
    }

    @Test
    void whatOnlyANodeInMaintenanceHasIsFetchedFromIt() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        say(nodes.get(0), new Word.Maintain("db1", Optional.empty()));
        cluster.rounds(1);
        cluster.net.cutOff(nodes.get(2).server, true);
        nodes.get(0).server.clientWrites();
        var all = nodes.get(1).server.executed();
        nodes.get(0).killContainer();
        cluster.net.cutOff(nodes.get(2).server, false);
        cluster.rounds(8);
        assertEquals(List.of(nodes.get(2)), cluster.writable());
        assertTrue(nodes.get(2).server.executed().contains(all));
    }

    @Test
    void aPrimaryThatIsStoppedPassesANodeInMaintenanceOver() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        // Both have the same; by name db1 would be first.
        say(nodes.get(0), new Word.Maintain("db1", Optional.empty()));
        Outcome outcome = stop(nodes.get(0), nodes.get(1), nodes.get(2));
        assertTrue(outcome.reason().text().startsWith("db2 is the primary, term 2"), outcome.toString());
    }

    @Test
    void withManualFailoverALostPrimaryIsReplacedOnceByOrder() {
        List<FakeNode> nodes = cluster.withReplicas(2, "FAILOVER", "manual");
        nodes.get(0).killContainer();
        cluster.rounds(8);
        assertEquals(List.of(), cluster.writable());
        assertTrue(nodes.get(1).health().reason().text().contains("FAILOVER=manual"));
        assertTrue(say(nodes.get(2), new Word.Failover(false)).isDone());
        cluster.rounds(2);
        assertEquals(1, cluster.writable().size());
        assertEquals(Optional.empty(), new ClusterKeys(nodes.get(1).node, cluster.consul).config(soon()).value().order());
        cluster.writable().getFirst().killContainer();
        cluster.rounds(8);
        assertEquals(List.of(), cluster.writable(), "an order is for one failover");
    }

    @Test
    void withManualFailoverADeadMysqldIsReplacedByOrderWhileItsNodeLives() {
        List<FakeNode> nodes = cluster.withReplicas(1, "FAILOVER", "manual");
        nodes.get(0).killMysqld();
        cluster.rounds(3);
        assertEquals(List.of(), cluster.writable());
        assertTrue(say(nodes.get(1), new Word.Failover(false)).isDone());
        assertEquals("ReleaseLease", nodes.get(0).health().decision());
        cluster.rounds(2);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    @Test
    void withManualFailoverAPlannedStopStillHandsOver() {
        List<FakeNode> nodes = cluster.withReplicas(1, "FAILOVER", "manual");
        Outcome outcome = stop(nodes.get(0), nodes.get(1));
        assertTrue(outcome.reason().text().startsWith("db1 is the primary, term 2"), outcome.toString());
        TermRecord term = newest(nodes.get(1));
        assertEquals(Optional.of(Kind.SWITCHOVER), term.kind());
        assertTrue(term.writeGap().orElseThrow().measured(), term.toString());
    }

    @Test
    void aPauseThatComesInTheMiddleOfATakeOverStopsIt() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        nodes.get(1).server.whenReceiverStops(() -> say(nodes.get(0), PAUSE));
        Outcome outcome = nodes.get(1).health();
        assertEquals("TakeOver", outcome.decision());
        assertFalse(outcome.isDone(), outcome.toString());
        assertEquals(List.of(), cluster.writable());
    }

    @Test
    void withinTheWindowASecondFailedPrimaryRestartsInPlaceUntilTheFailoverIsAcknowledged() {
        List<FakeNode> nodes = cluster.withReplicas(2, "FAILOVER_WINDOW", "10m");
        crash(nodes.get(0));
        FakeNode second = cluster.writable().getFirst();
        assertNotEquals(nodes.get(0), second);
        second.killMysqld();
        Outcome outcome = second.health();
        assertTrue(outcome.reason().text().contains("manage acknowledge"), outcome.toString());
        cluster.rounds(2);
        assertEquals(List.of(), cluster.writable());
        say(second, new Word.Acknowledge());
        assertEquals("ReleaseLease", second.health().decision());
    }

    @Test
    void whenOnlyAPrimaryThatDiesSoonIsHeldBackFaultsWithATimeOfQuietBetweenThemAllEndInANewPrimary() {
        List<FakeNode> nodes = cluster.withReplicas(2, "FAILOVER_WINDOW", "10m", "FAILOVER_STEADY", "5s");
        for (int i = 0; i < 8; i++) {
            FakeNode old = cluster.writable().getFirst();
            crash(old);
            assertFalse(cluster.writable().contains(old), "fault " + i);
            cluster.rounds(3);
        }
        assertEquals(3, nodes.size());
    }

    /** mysqld dies, another one takes over, the dead one is back as a replica. */
    private void crash(FakeNode node) {
        node.killMysqld();
        node.health();
        others(node).forEach(FakeNode::health);
        node.startMysqld();
        node.health();
        others(node).forEach(FakeNode::health);
        node.health();
    }

    private List<FakeNode> others(FakeNode node) {
        return cluster.nodes().stream().filter(n -> n != node).toList();
    }

    @Test
    void theStatusTellsOfAPauseAndOfMaintenance() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        say(nodes.get(0), PAUSE);
        say(nodes.get(0), new Word.Maintain("db2", Optional.of("new disk")));
        ClusterStatus status = new StatusReader(nodes.get(1).node, nodes.get(1).ports.consul(), nodes.get(1).ports.servers(), cluster.time.clock())
                .read(soon());
        assertTrue(status.restraint().paused().orElseThrow().text().endsWith("moving house"), status.toString());
        assertEquals(
                List.of("db2"),
                status.nodes().stream().filter(n -> n.maintenance().isPresent()).map(NodeStatus::name).toList());
    }

    @Test
    void aDryRunChangesNothing() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        Outcome outcome = new Say(nodes.get(0).node, cluster.consul, cluster.time.clock(), PAUSE, true).run(soon());
        assertTrue(outcome.isDone());
        assertTrue(outcome.reason().text().startsWith("would be: paused on db0"), outcome.toString());
        assertTrue(cluster.consul.get("mysql/config", soon()).isEmpty());
    }

    @Test
    void everyChangeOfRoleIsInTheHistoryWithTheNewestFirst() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        GtidSet before = nodes.get(1).server.executed();
        nodes.get(0).killContainer();
        cluster.rounds(8);
        List<TermRecord> terms = new History(nodes.get(1).node, cluster.consul).newest(10, soon());
        assertEquals(List.of(Kind.FAILOVER, Kind.FOUNDED), terms.stream().flatMap(t -> t.kind().stream()).toList());
        TermRecord failover = terms.getFirst();
        assertEquals(Optional.of(before), failover.executed());
        Duration gap = failover.writeGap().orElseThrow().length();
        assertFalse(failover.writeGap().orElseThrow().measured());
        assertTrue(gap.compareTo(Duration.ofSeconds(5)) > 0 && gap.compareTo(Duration.ofSeconds(40)) < 0, gap.toString());
        assertEquals(1, new History(nodes.get(1).node, cluster.consul).newest(1, soon()).size());
    }

    @Test
    void aTermWhoseRecordWasDeletedIsJournaledAllTheSame() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.rounds(1);
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        nodes.get(1).server.whenReceiverStops(() -> cluster.consul.get("mysql/history/2", soon())
                .ifPresent(e -> cluster.consul.deleteCas(e.key(), e.modifyIndex(), soon())));
        nodes.get(1).health();
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertEquals(2, nodes.get(1).server.journalTerm());
    }

    private TermRecord newest(FakeNode node) {
        return new History(node.node, cluster.consul).newest(1, soon()).getFirst();
    }

    private List<String> listed() {
        return cluster.consul.instances("mysql", soon()).stream().filter(i -> i.passing()).map(i -> i.id()).toList();
    }

    private Outcome say(FakeNode on, Word word) {
        return new Say(on.node, cluster.consul, cluster.time.clock(), word, false).run(soon());
    }

    private Deadline soon() {
        return cluster.time.in(Duration.ofSeconds(20));
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
