package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.fake.Steps;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.MysqlException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes over fakes: what a series of health runs makes of a cluster. */
class HealthTest {
    @TempDir
    private Path directory;

    private FakeCluster cluster;

    @BeforeEach
    void newCluster() {
        cluster = new FakeCluster(directory);
    }

    @Test
    void aFounderIsProvisionedAndBecomesThePrimaryInOneRun() {
        FakeNode first = cluster.add("db0");
        Outcome outcome = first.health();
        assertTrue(outcome.isDone(), outcome.toString());
        assertTrue(first.server.clientWrites());
        assertEquals(1, cluster.consul.instances("mysql-primary", cluster.time.in(Duration.ofSeconds(1))).size());
    }

    @Test
    void replicasFollowAndAreListed() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        assertEquals(List.of(nodes.get(0)), cluster.writable());
        assertTrue(nodes.get(1).server.replicates());
        assertEquals(nodes.get(0).server.executed(), nodes.get(2).server.executed());
        assertEquals(2, cluster.consul.instances("mysql", cluster.time.in(Duration.ofSeconds(1))).size());
    }

    @Test
    void aDeadMysqldGivesTheLeaseUpAndAReplicaTakesOverAtOnce() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(0).killMysqld();
        assertEquals("ReleaseLease", nodes.get(0).health().decision());
        Outcome outcome = nodes.get(1).health();
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertEquals(Optional.of(nodes.get(1).server.address()), nodes.get(2).server.source());
    }

    @Test
    void theReceiversOfAllAreStoppedAtTheSameTimeSinceEachMayTakeSeconds() {
        List<FakeNode> nodes = cluster.withReplicas(3);
        CyclicBarrier together = new CyclicBarrier(3);
        for (FakeNode replica : nodes.subList(1, 4)) {
            replica.server.whenReceiverStops(() -> {
                replica.server.whenReceiverStops(() -> {});
                meet(together);
            });
        }
        cluster.setTasks(task -> Thread.ofPlatform().start(task));
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        Outcome outcome = nodes.get(1).health();
        assertTrue(outcome.isDone(), outcome.toString());
        assertFalse(together.isBroken());
    }

    private static void meet(CyclicBarrier together) {
        try {
            together.await(5, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new MysqlException("alone: " + e, false, 0, e);
        }
    }

    @Test
    void aDeadContainerLosesTheLeaseAndNothingThatAReplicaReceivedIsLost() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(0).server.clientWrites();
        var acknowledged = nodes.get(1).server.executed();
        nodes.get(0).killContainer();
        cluster.rounds(6);
        assertEquals(1, cluster.writable().size());
        assertTrue(cluster.writable().getFirst().server.executed().contains(acknowledged));
    }

    @Test
    void whatOnlyADeadPrimaryHadIsMeasuredAndToldInTheStatus() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.net.cutOff(nodes.get(0).server, true);
        var received = nodes.get(1).server.executed();
        nodes.get(0).server.clientWrites();
        nodes.get(0).health();
        var published = nodes.get(0).server.executed();
        nodes.get(0).killContainer();
        cluster.rounds(6);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        List<TermRecord> losses = nodes.get(1).status().losses();
        assertEquals(List.of(2L), losses.stream().map(TermRecord::term).toList());
        assertEquals(published.minus(received), losses.getFirst().lost());
    }

    @Test
    void nothingIsCalledLostThatAReplicaHas() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).server.clientWrites();
        nodes.get(0).health();
        nodes.get(0).killContainer();
        cluster.rounds(6);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertEquals(List.of(), nodes.get(1).status().losses());
    }

    @Test
    void aNodeWithANewAddressIsListedUnderThatOneAlone() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        FakeNode moved = nodes.get(1);
        Address address = new Address("10.0.0.77", 3306);
        Node node = new Node(moved.name, address, moved.node.settings());
        for (int i = 0; i < 2; i++) {
            new Health(node, moved.ports).run(cluster.time.in(Duration.ofSeconds(4)));
        }
        for (String service : List.of("mysql-node", "mysql")) {
            assertEquals(
                    List.of("10.0.0.77"),
                    cluster.consul.instances(service, cluster.time.in(Duration.ofSeconds(1))).stream()
                            .filter(i -> i.id().endsWith("-db1"))
                            .map(Consul.ServiceInstance::address)
                            .toList(),
                    service);
        }
    }

    /** Its check ran out while it was away; Consul keeps that over a new registration. */
    @Test
    void aNodeThatComesBackWithANewAddressIsPassingAtOnce() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        FakeNode moved = nodes.get(1);
        for (int i = 0; i < 4; i++) {
            cluster.time.sleep(moved.node.settings().lease().dividedBy(2));
            nodes.get(0).health();
        }
        Node node = new Node(moved.name, new Address("10.0.0.77", 3306), moved.node.settings());
        new Health(node, moved.ports).run(cluster.time.in(Duration.ofSeconds(4)));
        assertEquals(
                List.of(Consul.CheckStatus.PASSING),
                cluster.consul.instances("mysql-node", cluster.time.in(Duration.ofSeconds(1))).stream()
                        .filter(i -> i.id().endsWith("-db1"))
                        .map(Consul.ServiceInstance::status)
                        .toList());
    }

    @Test
    void aServerThatOnlyHasThePrimarysOldAddressIsNotFollowed() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(1).killMysqld();
        nodes.get(1).startMysqld();
        cluster.net.giveAddress(nodes.get(0).server, nodes.get(2).server);
        Outcome outcome = nodes.get(1).health();
        assertEquals("StandBy", outcome.decision());
        assertTrue(outcome.reason().text().contains("can't be read"), outcome.toString());
        assertFalse(nodes.get(1).server.replicates());
    }

    @Test
    void aPrimaryWithANewAddressIsFollowedThere() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        Address address = new Address("10.0.0.77", 3306);
        new Health(new Node("db0", address, nodes.get(0).node.settings()), nodes.get(0).ports).run(cluster.time.in(Duration.ofSeconds(4)));
        assertEquals(address, nodes.get(1).status().primary().orElseThrow().address());
    }

    @Test
    void theOldPrimaryComesBackAsAReplica() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(0).killContainer();
        cluster.rounds(6);
        nodes.get(0).restartContainer();
        cluster.rounds(2);
        assertFalse(nodes.get(0).server.writable());
        assertTrue(nodes.get(0).server.replicates());
    }

    @Test
    void anOldPrimaryWithErrantTransactionsStaysOut() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).killContainer();
        nodes.get(0).server.errantWrite();
        cluster.rounds(6);
        nodes.get(0).restartContainer();
        Outcome outcome = nodes.get(0).health();
        assertEquals("Diverged", outcome.decision());
        assertTrue(outcome.reason().text().contains(nodes.get(0).server.uuid()), outcome.toString());
        assertTrue(nodes.get(0).state.diverged());
        assertFalse(nodes.get(0).server.replicates());
    }

    /** Written by somebody who may write to a read-only server, or by a FLUSH that goes into the binary log. */
    @Test
    void aReplicaThatWritesItselfIsNoticedThoughItFollows() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        assertEquals("Serve", nodes.get(1).health().decision());
        nodes.get(1).server.errantWrite();
        assertEquals("Diverged", nodes.get(1).health().decision());
        assertTrue(nodes.get(1).state.diverged());
    }

    @Test
    void aFormerPrimaryThatFollowsHasNothingOfItsOwn() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).server.clientWrites();
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        nodes.get(1).health();
        nodes.get(0).startMysqld();
        cluster.rounds(3);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertEquals("Serve", nodes.get(0).health().decision());
    }

    @Test
    void aPrimaryWhoseHooksNoLongerRunIsKilledBeforeAnotherOneWrites() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).freezeHooks();
        for (int i = 0; i < 60; i++) {
            cluster.pass(Duration.ofMillis(500));
            nodes.get(1).health();
            assertTrue(cluster.writable().size() <= 1);
        }
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    @Test
    void aPrimaryThatHangsIsReplaced() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).server.setHangs(true);
        cluster.rounds(4);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    @Test
    void withoutConsulThePrimaryFencesInTimeAndWritesAgainWhenItIsBack() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.consul.setReachable(false);
        assertTrue(nodes.get(0).server.clientWrites());
        cluster.rounds(3);
        assertTrue(cluster.writable().isEmpty());
        assertTrue(nodes.get(0).state.mysqldStart().isPresent(), "the wrapper didn't have to kill it");
        cluster.consul.setReachable(true);
        cluster.rounds(6);
        assertEquals(1, cluster.writable().size());
    }

    @Test
    void withoutConsulThePrimaryIsFencedByTheLastRunWithinItsRightAndNotKilled() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).health();
        Optional<MysqldStart> running = nodes.get(0).state.mysqldStart();
        cluster.consul.setReachable(false);
        // The right lasts 9 s; this run ends after 8.5 s, and the next one would come too late.
        cluster.pass(Duration.ofMillis(4500));
        nodes.get(0).health();
        assertFalse(nodes.get(0).server.writable());
        cluster.pass(Duration.ofSeconds(1));
        assertEquals(running, nodes.get(0).state.mysqldStart());
    }

    @Test
    void aConsulThatIsSilentLeavesTimeForTheFence() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).health();
        Optional<MysqldStart> running = nodes.get(0).state.mysqldStart();
        cluster.consul.setSilent(true);
        cluster.pass(Duration.ofMillis(4500));
        nodes.get(0).health();
        assertFalse(nodes.get(0).server.writable());
        assertEquals(running, nodes.get(0).state.mysqldStart());
    }

    @Test
    void aConsulThatIsSilentForAWhileIsWaitedForAsLongAsTheRightLasts() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).health();
        Duration answers = cluster.time.uptime().plus(Duration.ofMillis(7500));
        cluster.consul.setSilent(true);
        cluster.time.meanwhile(() -> cluster.consul.setSilent(cluster.time.uptime().compareTo(answers) < 0));
        cluster.pass(Duration.ofMillis(4500));
        Outcome outcome = nodes.get(0).health();
        assertEquals("Serve", outcome.decision(), outcome.toString());
        assertTrue(nodes.get(0).server.writable());
    }

    @Test
    void aLonePrimaryRestartsInPlace() {
        FakeNode only = cluster.add("db0");
        only.health();
        only.killMysqld();
        only.health();
        only.startMysqld();
        cluster.rounds(1);
        assertTrue(only.server.writable());
    }

    @Test
    void theMostAdvancedReplicaIsPromoted() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.net.cutOff(nodes.get(1).server, true);
        nodes.get(0).server.clientWrites();
        var all = nodes.get(2).server.executed();
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        cluster.net.cutOff(nodes.get(1).server, false);
        cluster.rounds(3);
        assertEquals(1, cluster.writable().size());
        assertTrue(cluster.writable().getFirst().server.executed().contains(all));
        TermRecord change = nodes.get(2).status().lastChange().orElseThrow();
        assertEquals(
                List.of("db0 OUT", "db1 BEHIND", "db2 FIT"),
                change.election().stream().map(v -> v.node() + " " + v.standing()).toList());
    }

    @Test
    void afterAPowerCutTheLastPrimaryComesBackWithEverything() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.net.cutOff(nodes.get(1).server, true);
        nodes.get(0).server.clientWrites();
        nodes.forEach(FakeNode::killContainer);
        cluster.pass(Duration.ofSeconds(60));
        cluster.net.cutOff(nodes.get(1).server, false);
        nodes.get(1).restartContainer();
        nodes.get(1).health();
        assertTrue(cluster.writable().isEmpty());
        nodes.get(0).restartContainer();
        cluster.rounds(3);
        assertEquals(List.of(nodes.get(0)), cluster.writable());
    }

    @Test
    void aTailThatOnlyTheFallenPrimaryHasIsFetchedWhenItsServerIsBackInTime() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        cluster.net.cutOff(nodes.get(1).server, true);
        nodes.get(0).server.clientWrites();
        var all = nodes.get(0).server.executed();
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        nodes.get(0).startMysqld();
        cluster.net.cutOff(nodes.get(1).server, false);
        nodes.get(1).health();
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertTrue(nodes.get(1).server.executed().contains(all));
    }

    @Test
    void aTailThatIsKnownToBeMissingIsWaitedForAndFetchedWhenItsServerComesBackMeanwhile() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        FakeNode fallen = nodes.get(0);
        var all = publishesWhatNobodyReceives(fallen);
        fallen.killMysqld();
        fallen.health();
        Duration back = cluster.time.uptime().plus(Duration.ofMillis(1500));
        cluster.time.meanwhile(() -> {
            if (!fallen.state.mysqldStart().isPresent() && cluster.time.uptime().compareTo(back) >= 0) {
                cluster.net.cutOff(fallen.server, false);
                fallen.startMysqld();
            }
        });
        Outcome outcome = nodes.get(1).health();
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertTrue(nodes.get(1).server.executed().contains(all));
        assertEquals(List.of(), nodes.get(1).status().losses());
    }

    @Test
    void theWaitForATailEndsAndTheLossIsRecorded() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        var all = publishesWhatNobodyReceives(nodes.get(0));
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        Duration began = cluster.time.uptime();
        Outcome first = nodes.get(1).health();
        assertFalse(first.isDone(), first.toString());
        assertTrue(first.reason().text().contains("only db0 has"), first.toString());
        assertTrue(nodes.get(1).health().isDone());
        Duration took = cluster.time.uptime().minus(began);
        assertTrue(took.compareTo(Duration.ofSeconds(5)) >= 0 && took.compareTo(Duration.ofSeconds(7)) < 0, took.toString());
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertEquals(all.minus(nodes.get(1).server.executed()), nodes.get(1).status().losses().getFirst().lost());
        assertFalse(nodes.get(1).status().losses().isEmpty());
    }

    @Test
    void aTakeOverWithNothingMissingWaitsForNothing() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).server.clientWrites();
        nodes.get(0).health();
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        Duration began = cluster.time.uptime();
        assertTrue(nodes.get(1).health().isDone());
        assertEquals(began, cluster.time.uptime());
    }

    /** A write that gets no further, and a health run that tells of it; what the server has then. */
    private GtidSet publishesWhatNobodyReceives(FakeNode primary) {
        cluster.net.cutOff(primary.server, true);
        primary.server.clientWrites();
        primary.health();
        return primary.server.executed();
    }

    @Test
    void aReplicaThatWasDownDuringTheChangeFollowsTheNewPrimary() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(2).killContainer();
        nodes.get(0).killContainer();
        cluster.rounds(6);
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        nodes.get(2).restartContainer();
        assertEquals(Optional.of(nodes.get(0).server.address()), nodes.get(2).server.source(), "as it was when it went down");
        cluster.rounds(2);
        assertEquals(Optional.of(nodes.get(1).server.address()), nodes.get(2).server.source());
        assertTrue(nodes.get(2).server.replicates());
    }

    @Test
    void aReplicaThatWasDownDuringTwoChangesFollowsTheNewestPrimaryAndNoReplica() {
        List<FakeNode> nodes = cluster.withReplicas(3);
        nodes.get(3).killContainer();
        nodes.get(0).killContainer();
        cluster.rounds(6);
        FakeNode second = cluster.writable().getFirst();
        nodes.get(0).restartContainer();
        cluster.rounds(2);
        second.killContainer();
        cluster.rounds(8);
        FakeNode third = cluster.writable().getFirst();
        nodes.get(3).restartContainer();
        second.restartContainer();
        cluster.rounds(3);
        for (FakeNode node : nodes) {
            Optional<Address> expected = node == third ? Optional.empty() : Optional.of(third.server.address());
            assertEquals(expected, node.server.source(), node.name);
        }
    }

    @Test
    void aPeerThatCouldNotFollowIsNotPointedAtTheNewPrimary() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(2).server.errantWrite();
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        assertTrue(nodes.get(1).health().isDone());
        assertEquals(Optional.of(nodes.get(0).server.address()), nodes.get(2).server.source());
        assertEquals("Diverged", nodes.get(2).health().decision());
    }

    @Test
    void aCandidateThatLetsTheLastPrimaryGoFirstTakesItsAnnouncementBack() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(0).killContainer();
        cluster.pass(Duration.ofSeconds(7));
        nodes.get(1).health();
        assertTrue(cluster.writable().isEmpty(), "the lock-delay is still running");
        nodes.get(0).restartContainer();
        nodes.get(0).health();
        cluster.rounds(5);
        assertEquals(1, cluster.writable().size());
    }

    @Test
    void aCandidateThatDiesInTheMiddleDoesNotHoldTheOthersUpForLong() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(0).killContainer();
        cluster.pass(Duration.ofSeconds(7));
        nodes.get(1).health();
        nodes.get(1).freezeHooks();
        cluster.rounds(8);
        assertEquals(List.of(nodes.get(2)), cluster.writable());
    }

    @Test
    void aTakeOverThatIsNotPursuedGivesTheFailoverLockBack() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(0).killContainer();
        cluster.pass(Duration.ofSeconds(7));
        nodes.get(1).health();
        nodes.get(1).state.writeMustJoin();
        nodes.get(1).health();
        cluster.rounds(4);
        assertEquals(List.of(nodes.get(2)), cluster.writable());
    }

    @Test
    void aMysqldThatIsBackBeforeAnybodyLookedHasStillGivenWay() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).killMysqld();
        nodes.get(0).startMysqld();
        assertEquals("ReleaseLease", nodes.get(0).health().decision());
        nodes.get(1).health();
        assertEquals(List.of(nodes.get(1)), cluster.writable());
    }

    @Test
    void aRestoredReplicaThatHasEverythingMayTakeOverFromItsFirstRunOn() {
        FakeNode first = cluster.add("db0");
        first.health();
        FakeNode replica = cluster.add("db1");
        replica.server.copyFrom(first.server);
        replica.state.writeMustJoin();
        first.server.clientWrites();
        assertEquals("Follow", replica.health().decision());
        assertFalse(replica.state.mustJoin());
    }

    @Test
    void aNodeThatWasRestoredOfAReplicasSnapshotForgetsHowThatOneReplicated() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        FakeNode restored = cluster.add("db2");
        restored.server.copyFromReplica(nodes.get(1).server);
        restored.state.writeMustJoin();
        assertEquals("Follow", restored.health().decision());
        assertTrue(restored.server.replicates());
    }

    /** Seen when another hand took a server's role lock in the middle of its reset. */
    @Test
    void aReplicaThatLooksForRelayLogsWhichAreGoneFollowsAgain() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        FakeNode replica = nodes.get(1);
        replica.server.losesRelayLogs();
        assertEquals("Interrupted", replica.health().decision());
        assertEquals("Follow", replica.health().decision());
        assertTrue(replica.server.replicates());
    }

    /** On 5.6, of a transaction that was being received when the replica died. */
    @Test
    void halfATransactionThatCountsAsReceivedIsThrownAwayWhereThePrimaryHasItWhole() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        FakeNode replica = nodes.get(1);
        replica.killMysqld();
        GtidSet before = nodes.get(0).server.executed();
        nodes.get(0).server.clientWrites();
        replica.server.receivesHalfOf(nodes.get(0).server.executed().minus(before));
        replica.startMysqld();
        cluster.rounds(3);
        assertEquals("Serve", replica.health().decision());
        assertEquals(nodes.get(0).server.executed(), replica.server.executed());
    }

    @Test
    void whatThePrimaryLacksIsNotThrownAway() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        FakeNode replica = nodes.get(1);
        replica.killMysqld();
        replica.server.receivesHalfOf(GtidSet.parse("00000000-0000-0000-0000-0000000000ff:1"));
        replica.startMysqld();
        cluster.rounds(3);
        assertNotEquals("Serve", replica.health().decision());
        assertTrue(replica.server.received().contains(GtidSet.parse("00000000-0000-0000-0000-0000000000ff:1")));
    }

    @Test
    void aRestoredReplicaThatIsStillBehindMayNot() {
        FakeNode first = cluster.add("db0");
        first.health();
        FakeNode replica = cluster.add("db1");
        replica.server.copyFrom(first.server);
        replica.state.writeMustJoin();
        replica.server.setAppliesNothing(true);
        first.server.clientWrites();
        replica.health();
        assertTrue(replica.state.mustJoin());
    }

    /** The predecessor took two for none, and failed over. */
    @Test
    void twoListedPrimariesAreNoReasonToFailOver() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.consul.register(
                new Consul.ServiceSpec(
                        "mysql-primary-db1",
                        "mysql-primary",
                        "10.0.0.2",
                        3306,
                        List.of(),
                        Duration.ofMinutes(10),
                        Consul.CheckStatus.PASSING,
                        Optional.empty()),
                soon());
        nodes.forEach(node -> assertEquals("Serve", node.health().decision(), node.name));
        cluster.rounds(4);
        assertEquals(List.of(nodes.get(0)), cluster.writable());
        assertEquals(1, new History(nodes.get(0).node, cluster.consul).newest(10, soon()).size());
    }

    @Test
    void aPrimaryThatWasKilledBeforeItWasListedIsListedByItsNextRun() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        FakeNode next = nodes.get(1);
        Steps steps = new Steps(cluster.time).at("register", Steps.Fault.KILLED);
        assertThrows(
                Steps.Killed.class, () -> new Health(next.node, steps.through(next.ports)).run(cluster.time.in(Duration.ofSeconds(4))));
        assertEquals(List.of(next), cluster.writable());
        assertEquals(List.of(), listedPrimaries());
        next.health();
        assertEquals(List.of("mysql-primary-db1"), listedPrimaries());
    }

    @Test
    void aReplicaThatNobodyCouldPointAnewEndsItsOldReplicationAndFollows() {
        List<FakeNode> nodes = cluster.withReplicas(2);
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        cluster.net.cutOff(nodes.get(2).server, true);
        nodes.get(1).health();
        assertEquals(Optional.of(nodes.get(0).server.address()), nodes.get(2).server.source());
        cluster.net.cutOff(nodes.get(2).server, false);
        cluster.rounds(2);
        assertEquals(Optional.of(nodes.get(1).server.address()), nodes.get(2).server.source());
        assertTrue(nodes.get(2).server.replicates());
    }

    @Test
    void whoGivesTheLeaseUpIsListedNoMore() {
        List<FakeNode> nodes = cluster.withReplicas(1);
        assertEquals(List.of("mysql-primary-db0"), listedPrimaries());
        nodes.get(0).killMysqld();
        assertEquals("ReleaseLease", nodes.get(0).health().decision());
        assertEquals(List.of(), listedPrimaries());
    }

    @Test
    void aClusterOfAnotherNameIsListedUnderItAndFailsOver() {
        List<FakeNode> nodes = cluster.withReplicas(1, "SERVICE_NAME", "shop");
        assertEquals(List.of("shop-primary-db0"), listed("shop-primary"));
        assertEquals(List.of("shop-db1"), listed("shop"));
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        nodes.get(1).health();
        assertEquals(List.of(nodes.get(1)), cluster.writable());
        assertEquals(List.of("shop-primary-db1"), listed("shop-primary"));
        for (String service : List.of("mysql-primary", "mysql", "mysql-node")) {
            assertEquals(List.of(), listed(service));
        }
    }

    private List<String> listedPrimaries() {
        return listed("mysql-primary");
    }

    private List<String> listed(String service) {
        return cluster.consul.instances(service, soon()).stream()
                .filter(i -> i.status() == Consul.CheckStatus.PASSING)
                .map(Consul.ServiceInstance::id)
                .toList();
    }

    /** Before CLONE a restore brings the data alone: without it a replica would be sent all of it again. */
    @Test
    void whatARestoreBroughtIsToldToTheServerBeforeItFollows() {
        FakeNode first = cluster.add("db0");
        first.health();
        first.server.clientWrites();
        FakeNode restored = cluster.add("db1");
        GtidSet brought = first.server.executed();
        restored.state.writeRestoredGtids(brought);
        restored.state.writeMustJoin();
        assertEquals("Follow", restored.health().decision());
        assertEquals(brought, restored.server.purged());
        assertEquals(Optional.empty(), restored.state.restoredGtids());
    }

    private Deadline soon() {
        return cluster.time.in(Duration.ofSeconds(1));
    }
}
