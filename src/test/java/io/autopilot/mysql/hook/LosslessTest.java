package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.HealthDecision;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.Word;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.fake.FakeWrite;
import io.autopilot.mysql.fake.FakeWrite.Answer;
import io.autopilot.mysql.fake.Steps;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole nodes over fakes in lossless mode. */
class LosslessTest {
    @TempDir
    private Path directory;

    private FakeCluster cluster;

    @BeforeEach
    void newCluster() {
        cluster = new FakeCluster(directory, "lossless");
    }

    private Durability durability() {
        var entry = cluster.consul.get("mysql/durability", cluster.time.in(Duration.ofSeconds(1))).orElseThrow();
        return ClusterRecords.readDurability(entry.key(), entry.value());
    }

    private static Set<String> uuids(FakeNode... nodes) {
        return Set.of(nodes).stream().map(n -> n.server.uuid()).collect(Collectors.toSet());
    }

    @Test
    void aLonePrimaryWritesWithoutAcknowledgementsAndSaysSo() {
        FakeNode first = cluster.add("db0");
        Outcome outcome = first.health();
        assertTrue(outcome.isDone(), outcome.toString());
        assertTrue(first.server.clientWrites());
        assertEquals(Durability.Mode.LOSSLESS, durability().mode());
        assertEquals(new Durability.Entry(1, first.server.uuid(), Set.of(), 0), durability().proven());
    }

    @Test
    void replicasBecomeMembersAndThenAcknowledge() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        assertEquals(uuids(nodes.get(1), nodes.get(2)), durability().proven().ackSet());
        assertEquals(1, durability().proven().acksRequired());
        assertTrue(durability().next().isEmpty());
        assertTrue(nodes.get(0).server.clientWrites());
        assertTrue(nodes.get(1).health().isDone());
        assertEquals("Serve", nodes.get(0).health().decision());
    }

    @Test
    void aPrimaryThatDiesIsSucceededAndEveryAcknowledgedWriteIsThere() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        FakeWrite write = nodes.get(0).server.clientWrite();
        assertEquals(Answer.OK, write.answer());
        nodes.get(0).killMysqld();
        assertEquals("ReleaseLease", nodes.get(0).health().decision());
        Outcome outcome = nodes.get(1).health();
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertTrue(nodes.get(1).server.executed().contains(write.gtid()));
        assertEquals(new Durability.Entry(2, nodes.get(1).server.uuid(), uuids(nodes.get(2)), 1), durability().proven());
        assertTrue(nodes.get(1).server.clientWrites());
    }

    @Test
    void oneOfTwoReplicasAloneIsNoQuorumSinceTheOtherMayHaveTheLastWrite() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(0).killContainer();
        nodes.get(2).killContainer();
        cluster.rounds(6);
        assertEquals(List.of(), cluster.writable());
        assertTrue(nodes.get(1).health().reason().text().contains("no quorum"), nodes.get(1).health().toString());
        nodes.get(2).restartContainer();
        cluster.rounds(6);
        assertEquals(1, cluster.writable().size());
    }

    @Test
    void aTakeOverThatFailedIsTriedAgainByTheSameNode() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(0).killContainer();
        cluster.net.cutOff(nodes.get(2).server, true);
        cluster.rounds(6);
        assertTrue(nodes.get(1).health().reason().text().contains("no quorum"), nodes.get(1).health().toString());
        cluster.net.cutOff(nodes.get(2).server, false);
        nodes.get(1).health();
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    @Test
    void aFormerPrimaryThatItsAgentStillListsIsListedNoMoreOnceItIsFenced() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(0).freezeHooks();
        cluster.net.cutOff(nodes.get(0).server, true);
        cluster.rounds(6);
        cluster.consul.register(
                new Consul.ServiceSpec(
                        "mysql-primary-db0",
                        "mysql-primary",
                        "10.0.0.1",
                        3306,
                        List.of(),
                        Duration.ofMinutes(10),
                        Consul.CheckStatus.PASSING,
                        Optional.empty()),
                cluster.time.in(Duration.ofSeconds(1)));
        cluster.net.cutOff(nodes.get(0).server, false);
        nodes.get(0).restartHooks();
        assertEquals("Fence", nodes.get(0).health().decision());
        assertEquals(
                List.of("mysql-primary-db1"),
                cluster.consul.instances("mysql-primary", cluster.time.in(Duration.ofSeconds(1))).stream()
                        .map(Consul.ServiceInstance::id)
                        .toList());
    }

    @Test
    void aLostReplicaLeavesTheAckSetAndWritesGoOn() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(1).killContainer();
        cluster.rounds(4);
        assertEquals(uuids(nodes.get(2)), durability().proven().ackSet());
        assertTrue(nodes.get(0).server.clientWrites());
        nodes.get(1).restartContainer();
        cluster.rounds(5);
        assertEquals(uuids(nodes.get(1), nodes.get(2)), durability().proven().ackSet());
    }

    @Test
    void withoutAnyReplicaWritesGoOnUnprotectedOnceThatIsPublished() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.rounds(3);
        assertEquals(uuids(nodes.get(1)), durability().proven().ackSet());
        nodes.get(1).killContainer();
        FakeWrite write = nodes.get(0).server.clientWrite();
        assertEquals(Answer.NONE, write.answer());
        cluster.rounds(3);
        assertEquals(Answer.OK, write.answer());
        assertEquals(0, durability().proven().acksRequired());
    }

    @Test
    void aPrimaryThatWroteUnprotectedIsNotSucceededByAReplicaThatMayLackThose() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.rounds(3);
        nodes.get(1).killContainer();
        cluster.rounds(3);
        assertTrue(nodes.get(0).server.clientWrites());
        nodes.get(0).killContainer();
        nodes.get(1).restartContainer();
        cluster.rounds(8);
        assertEquals(List.of(), cluster.writable());
        nodes.get(0).restartContainer();
        cluster.rounds(4);
        assertEquals(List.of(nodes.get(0)), cluster.writable());
    }

    @Test
    void aPrimaryThatIsCutOffFromEverybodyAcknowledgesNothingMore() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        cluster.net.cutOff(nodes.get(0).server, true);
        nodes.get(0).freezeHooks();
        FakeWrite write = nodes.get(0).server.clientWrite();
        cluster.rounds(8);
        assertEquals(Answer.NONE, write.answer());
        assertTrue(cluster.writable().stream().anyMatch(n -> n != nodes.get(0)), "a successor writes");
        cluster.net.cutOff(nodes.get(0).server, false);
        FakeWrite late = nodes.get(0).server.clientWrite();
        cluster.rounds(1);
        assertFalse(late.answer() == Answer.OK || write.answer() == Answer.OK);
        // It wakes up.
        nodes.get(0).restartHooks();
        cluster.rounds(2);
        assertEquals(1, cluster.writable().size());
        assertFalse(late.answer() == Answer.OK || write.answer() == Answer.OK);
    }

    @Test
    void writesGoOnWithoutConsulWhileTheyAreAcknowledged() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        cluster.consul.setReachable(false);
        cluster.rounds(20);
        assertEquals("ServeAlone", nodes.get(0).health().decision());
        assertTrue(nodes.get(0).server.clientWrites());
        cluster.consul.setReachable(true);
        goesOn(nodes.get(0));
    }

    private void goesOn(FakeNode founder) {
        cluster.rounds(3);
        assertEquals(List.of(founder), cluster.writable());
        assertEquals(1, durability().proven().term());
    }

    /** Its reads waited for the leader until the run was over, the right ran out, and the primary was killed (seen on three servers). */
    @Test
    void whileConsulsServersElectALeaderWritesGoOnWithinEveryRun() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        Optional<MysqldStart> running = nodes.get(0).state.mysqldStart();
        cluster.consul.setLeaderless(true);
        for (int run = 0; run < 4; run++) {
            assertEquals("ServeAlone", nodes.get(0).health().decision());
            assertTrue(nodes.get(0).server.clientWrites());
            cluster.pass(Duration.ofSeconds(3));
        }
        assertEquals(running, nodes.get(0).state.mysqldStart());
        cluster.consul.setLeaderless(false);
        goesOn(nodes.get(0));
    }

    /** The end of the right is the wrapper's in asynchronous mode; here a commit proves it anew. */
    @Test
    void aRunWithoutConsulThatComesLateWithinTheRightStillAsksByACommit() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(0).health();
        cluster.consul.setReachable(false);
        // The right lasts 9 s, and would end before the next run.
        cluster.pass(Duration.ofMillis(7500));
        assertEquals("ServeAlone", nodes.get(0).health().decision());
        assertTrue(nodes.get(0).server.clientWrites());
    }

    /** Sessions and checks have run out meanwhile: that says nothing of a primary that lives. */
    @Test
    void whoeverSeesConsulFirstAfterAnOutageTakesNothingOver() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        Durability before = durability();
        cluster.consul.setReachable(false);
        cluster.rounds(20);
        cluster.consul.setReachable(true);
        assertEquals("StandBy", nodes.get(1).health().decision());
        assertEquals("StandBy", nodes.get(2).health().decision());
        cluster.rounds(4);
        assertEquals(List.of(nodes.get(0)), cluster.writable());
        nodes.get(0).killContainer();
        cluster.rounds(6);
        assertEquals(1, cluster.writable().size());
        assertTrue(durability().newest().term() > before.newest().term());
    }

    @Test
    void aPrimaryThatSeesConsulFirstAfterAnOutageLosesNoReplica() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        Durability before = durability();
        cluster.consul.setReachable(false);
        cluster.rounds(20);
        cluster.consul.setReachable(true);
        nodes.get(0).health();
        nodes.get(0).health();
        assertEquals(before, durability());
        assertTrue(nodes.get(0).server.clientWrites());
    }

    @Test
    void withoutConsulAndAcknowledgementsThePrimaryStops() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        cluster.consul.setReachable(false);
        cluster.net.cutOff(nodes.get(0).server, true);
        cluster.rounds(6);
        assertFalse(nodes.get(0).server.writable());
    }

    @Test
    void theDeathOfItsSessionAloneDoesNotStopThePrimary() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        cluster.consul.destroySession(nodes.get(0).state.session().orElseThrow(), cluster.time.in(Duration.ofSeconds(1)));
        nodes.get(0).health();
        assertTrue(nodes.get(0).server.clientWrites());
        assertEquals(1, durability().proven().term());
        assertEquals("Serve", nodes.get(0).health().decision());
    }

    @Test
    void theOldPrimaryComesBackAsAMember() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(0).killContainer();
        cluster.rounds(6);
        FakeNode primary = cluster.writable().getFirst();
        nodes.get(0).restartContainer();
        cluster.rounds(6);
        assertTrue(durability().proven().ackSet().contains(nodes.get(0).server.uuid()), durability().toString());
        assertEquals(List.of(primary), cluster.writable());
        assertEquals(2, durability().proven().ackSet().size());
    }

    @Test
    void aRestartedPrimaryKeepsClientsOutUntilItsBarrierHasPassed() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.rounds(3);
        FakeNode primary = nodes.get(0);
        nodes.get(1).killContainer();
        FakeWrite unacknowledged = primary.server.clientWrite();
        assertEquals(Answer.NONE, unacknowledged.answer());
        primary.killMysqld();
        primary.startMysqld();
        assertTrue(primary.server.offline());
        primary.health();
        cluster.rounds(4);
        assertFalse(primary.server.offline());
        assertTrue(primary.server.clientWrites());
    }

    /** Long before its lease runs out. */
    @Test
    void aLostPrimaryIsSucceededAsSoonAsAllItsReplicasHaveLostIt() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(0).killContainer();
        Outcome outcome = nodes.get(1).health();
        assertEquals("TakeOver", outcome.decision());
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    @Test
    void aReplicaThatLostItsOwnNetworkTakesNothingOver() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        cluster.net.cutOff(nodes.get(1).server, true);
        assertEquals("StandBy", nodes.get(1).health().decision());
        cluster.rounds(2);
        assertEquals(List.of(nodes.get(0)), cluster.writable());
        assertEquals(1, durability().proven().term());
    }

    @Test
    void oneOfTwoNodesAloneWaitsForTheLease() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.rounds(3);
        nodes.get(0).killContainer();
        assertEquals("StandBy", nodes.get(1).health().decision());
        cluster.rounds(4);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    @Test
    void anOperatorMayGiveUpWhatOnlyTheMissingHave() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(0).killContainer();
        nodes.get(2).killContainer();
        cluster.rounds(5);
        assertEquals(List.of(), cluster.writable());
        Word plain = new Word.Failover(false);
        assertTrue(new Say(nodes.get(1).node, cluster.consul, nodes.get(1).ports.clock(), plain, false).run(cluster.time.in(Duration.ofSeconds(4))).isDone());
        cluster.rounds(3);
        assertEquals(List.of(), cluster.writable(), "an order alone brings no quorum");
        Word word = new Word.Failover(true);
        assertTrue(new Say(nodes.get(1).node, cluster.consul, nodes.get(1).ports.clock(), word, false).run(cluster.time.in(Duration.ofSeconds(4))).isDone());
        cluster.rounds(3);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    /** Its first commit waits for a member that froze; another one must still be let in, which needs the role lock of this server. */
    @Test
    void aPrimaryWhoseFirstCommitWaitsIsNoTrapForItself() {
        List<FakeNode> nodes = cluster.withReplicas(3);
        cluster.rounds(3);
        nodes.get(3).server.setAppliesNothing(true);
        assertTrue(nodes.get(0).server.clientWrites());
        nodes.get(2).server.setReceivesNothing(true);
        nodes.get(2).freezeHooks();
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        Outcome outcome = nodes.get(1).health();
        assertFalse(outcome.isDone(), outcome.toString());
        nodes.get(0).killContainer();
        nodes.get(3).server.setAppliesNothing(false);
        cluster.rounds(8);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertTrue(nodes.get(1).server.clientWrites(), durability().toString());
        assertTrue(nodes.get(3).server.replicates());
    }

    /** Nobody follows it any more: an applier that waited for acknowledgements would wait for ever, and nobody could be made its successor. */
    @Test
    void aFounderThatWasReplacedWhileItLivedAppliesWhatItsSuccessorWrites() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        cluster.net.cutOff(nodes.get(0).server, true);
        nodes.get(0).freezeHooks();
        cluster.rounds(6);
        cluster.net.cutOff(nodes.get(0).server, false);
        nodes.get(0).restartHooks();
        cluster.rounds(4);
        FakeNode primary = cluster.writable().getFirst();
        FakeWrite write = primary.server.clientWrite();
        assertEquals(Answer.OK, write.answer());
        cluster.rounds(2);
        assertTrue(nodes.get(0).server.executed().contains(write.gtid()), nodes.get(0).health().toString());
    }

    /** It has the lease, and nobody follows it yet: two that can't reach it don't wait for its lease. */
    @Test
    void aSuccessorThatFreezesAtItsFirstStepIsSucceededAtOnce() {
        List<FakeNode> nodes = cluster.withReplicas(3, "REPLICATION_ACKS", "2");
        cluster.rounds(3);
        FakeNode successor = nodes.get(1);
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        nodes.get(0).killContainer();
        Steps steps = new Steps(cluster.time);
        steps.at("letIn", Steps.Fault.KILLED);
        assertThrows(Steps.Killed.class, () -> new Health(successor.node, steps.through(successor.ports)).run(cluster.time.in(Duration.ofSeconds(4))));
        assertEquals(2, durability().newest().term());
        successor.server.setHangs(true);
        successor.freezeHooks();
        Outcome outcome = nodes.get(2).health();
        assertEquals("TakeOver", outcome.decision());
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(List.of(nodes.get(2)), cluster.writable());
    }

    /** It doesn't wait for its own next run: until it acknowledges nothing is promised. */
    @Test
    void aNewReplicaIsAMemberOnceThePrimaryHasLooked() {
        FakeNode first = cluster.add("db0");
        first.health();
        FakeNode replica = cluster.add("db1");
        replica.server.copyFrom(first.server);
        assertEquals("Follow", replica.health().decision());
        first.health();
        assertEquals(new Durability.Entry(1, first.server.uuid(), uuids(replica), 1), durability().proven());
        assertTrue(durability().next().isEmpty());
        FakeWrite write = first.server.clientWrite();
        assertEquals(Answer.OK, write.answer());
        assertTrue(replica.server.received().contains(write.gtid()));
    }

    /** Another one is faster between the look and the deed. */
    @Test
    void aTakeOverThatWasDecidedBeforeAnotherOneTouchesNothing() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(0).killContainer();
        assertTrue(nodes.get(1).health().isDone());
        FakeNode late = nodes.get(2);
        Lease lease = new Lease(late.node, late.ports.consul(), late.ports.state());
        ClusterKeys keys = new ClusterKeys(late.node, late.ports.consul());
        Promotion promotion = new Promotion(
                late.node,
                late.ports,
                lease,
                keys,
                new Services(late.node, late.ports.consul()),
                new Acks(late.node, late.ports, lease, keys));
        Deadline deadline = cluster.time.in(Duration.ofSeconds(4));
        Observation seen = new Observer(late.node, late.ports, lease, keys).observe(deadline);
        Optional<Reason> refused = new TakeOver(late.node, late.ports, new Fence(late.ports), lease, keys, promotion)
                .run(new HealthDecision.TakeOver(2, new Reason("db0 is lost")), seen.view(), seen.config(), deadline);
        assertTrue(refused.orElseThrow().text().contains("db1 has begun term 2"), refused.toString());
        assertTrue(durability().intent().isEmpty());
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertTrue(nodes.get(1).server.clientWrites());
    }

    /** Its disk is full: it answers, and no commit ends. */
    @Test
    void aPrimaryWhoseCommitsDontEndIsReplacedAndWhatWasAcknowledgedIsThere() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        FakeWrite write = nodes.get(0).server.clientWrite();
        assertEquals(Answer.OK, write.answer());
        nodes.get(0).server.setCommitsFail(true);
        cluster.rounds(1);
        assertEquals(List.of(nodes.get(0)), cluster.writable(), "a single commit may take long");
        cluster.rounds(4);
        assertEquals(1, cluster.writable().size());
        FakeNode successor = cluster.writable().getFirst();
        assertNotEquals(nodes.get(0), successor);
        assertTrue(successor.server.executed().contains(write.gtid()));
        historySaysThatNoCommitWasAcknowledged(nodes.get(1));
    }

    private static void historySaysThatNoCommitWasAcknowledged(FakeNode node) {
        String why = node.status().lastChange().orElseThrow().why();
        assertTrue(why.contains("no commit was acknowledged"), why);
    }

    @Test
    void aPrimaryThatIsFrozenWhileItsHooksAreNotIsReplaced() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        nodes.get(0).server.setHangs(true);
        cluster.rounds(5);
        assertEquals(1, cluster.writable().stream().filter(node -> node != nodes.get(0)).count());
        historySaysThatNoCommitWasAcknowledged(nodes.get(1));
    }

    @Test
    void aPrimaryWhoseCommitsDontEndStaysWhenNobodyCouldTakeOver() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.rounds(3);
        nodes.get(1).killContainer();
        cluster.rounds(4);
        nodes.get(0).server.setCommitsFail(true);
        Optional<MysqldStart> running = nodes.get(0).state.mysqldStart();
        cluster.rounds(5);
        assertEquals(running, nodes.get(0).state.mysqldStart());
        nodes.get(0).server.setCommitsFail(false);
        cluster.rounds(1);
        assertTrue(nodes.get(0).server.clientWrites());
    }

    @Test
    void replicasThatThereIsNoTimeToAskAreNotLost() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        FakeNode first = nodes.get(0);
        nodes.get(2).killContainer();
        nodes.get(1).server.setHangs(true);
        Outcome outcome = new Health(first.node, first.ports).run(cluster.time.in(Duration.ofMillis(1500)));
        assertEquals(uuids(nodes.get(1), nodes.get(2)), durability().newest().ackSet(), outcome.toString());
    }

    /** The right to write is not to run out over a change of the ack set that has to wait for the next run. */
    @Test
    void aRunWithNoTimeForNewReplicasProvesTheRightToWriteAllTheSame() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        FakeNode late = cluster.add("db3");
        late.server.copyFrom(nodes.get(0).server);
        late.health();
        FakeNode first = nodes.get(0);
        Outcome outcome = new Health(first.node, first.ports).run(cluster.time.in(Duration.ofMillis(1500)));
        assertTrue(outcome.isDone(), outcome.toString());
        assertFalse(durability().newest().ackSet().contains(late.server.uuid()));
        first.health();
        assertTrue(durability().proven().ackSet().contains(late.server.uuid()));
    }

    // A primary with LOSSLESS_STRICT that has restarted waits for its replicas, which need its role lock to come back.

    /** Each node's health every five seconds, all at once, with these delays. */
    private void together(int rounds, List<FakeNode> nodes, List<Duration> delays, Function<FakeNode, Ports> ports) {
        for (int i = 0; i < rounds; i++) {
            Duration next = cluster.time.uptime().plus(Duration.ofSeconds(5));
            for (int n = 0; n < nodes.size(); n++) {
                FakeNode node = nodes.get(n);
                Duration delay = delays.get(n);
                cluster.time.alongside(() -> {
                    cluster.time.sleep(delay);
                    new Health(node.node, ports.apply(node)).run(cluster.time.in(Duration.ofMillis(4500)));
                });
            }
            cluster.time.awaitOthers();
            cluster.pass(next.minus(cluster.time.uptime()));
        }
    }

    private static List<Duration> delays(long... millis) {
        return LongStream.of(millis).mapToObj(Duration::ofMillis).toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {10, 100, 300, 700, 1200, 1900, 2800, 4100})
    void aReplicaThatRestartedWithItsStrictPrimaryComesBackWheneverItsHooksRun(long delay) {
        List<FakeNode> nodes = cluster.withReplicas(1, "LOSSLESS_STRICT", "1");
        cluster.rounds(3);
        nodes.forEach(FakeNode::killMysqld);
        nodes.forEach(FakeNode::startMysqld);
        together(8, nodes, delays(0, delay), node -> node.ports);
        assertEquals(List.of(nodes.get(0)), cluster.writable());
        assertTrue(nodes.get(0).server.clientWrites());
    }

    /** Its hooks live, so it is asked in each look, and each question takes its time. */
    @ParameterizedTest
    @ValueSource(longs = {10, 100, 300, 700, 1200, 1900, 2800, 4100})
    void aReplicaComesBackWhileAnotherOneKeepsItsStrictPrimaryWaitingForAnAnswer(long delay) {
        List<FakeNode> nodes = cluster.withReplicas(2, "LOSSLESS_STRICT", "1");
        cluster.rounds(3);
        nodes.forEach(FakeNode::killMysqld);
        nodes.forEach(FakeNode::startMysqld);
        nodes.get(2).server.setHangs(true);
        together(8, nodes, delays(0, delay, 400), node -> withSilence(node, nodes.get(2)));
        assertEquals(List.of(nodes.get(0)), cluster.writable());
        assertTrue(nodes.get(0).server.clientWrites());
    }

    /** Who asks that server waits until the time for it is over, as for one that is frozen. */
    private Ports withSilence(FakeNode node, FakeNode silent) {
        MysqlServers real = node.ports.servers();
        MysqlServers servers = new MysqlServers() {
            @Override
            public Mysql connect(Address server, Deadline deadline) {
                return answer(server.equals(silent.node.address()), deadline, () -> real.connect(server, deadline));
            }

            @Override
            public Mysql connectLocal(Deadline deadline) {
                return answer(node == silent, deadline, () -> real.connectLocal(deadline));
            }

            private Mysql answer(boolean none, Deadline deadline, Supplier<Mysql> connection) {
                if (none) {
                    cluster.time.sleep(deadline.remaining());
                }
                return connection.get();
            }
        };
        Ports of = node.ports;
        return new Ports(of.consul(), servers, of.program(), of.state(), of.ticker(), of.sleeper(), of.tasks(), of.clock());
    }
}
