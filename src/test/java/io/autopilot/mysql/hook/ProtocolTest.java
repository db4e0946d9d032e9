package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Durability.Entry;
import io.autopilot.mysql.core.Durability.Intent;
import io.autopilot.mysql.core.StoppedElection;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.fake.FakeWrite;
import io.autopilot.mysql.fake.FakeWrite.Answer;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules of the protocol in lossless mode, one by one: each test fails without its rule. Three nodes: a primary and two members. */
class ProtocolTest {
    @TempDir
    private Path directory;

    private FakeCluster cluster;
    private FakeNode primary;
    private FakeNode one;
    private FakeNode other;

    @BeforeEach
    void aPrimaryAndTwoMembers() {
        cluster = new FakeCluster(directory, "lossless");
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        primary = nodes.get(0);
        one = nodes.get(1);
        other = nodes.get(2);
        assertEquals(Set.of(one.server.uuid(), other.server.uuid()), durability().proven().ackSet());
    }

    private Deadline soon() {
        return cluster.time.in(Duration.ofSeconds(4));
    }

    private Durability durability() {
        var entry = cluster.consul.get("mysql/durability", soon()).orElseThrow();
        return ClusterRecords.readDurability(entry.key(), entry.value());
    }

    private void publish(Durability durability) {
        long index = cluster.consul.get("mysql/durability", soon()).orElseThrow().modifyIndex();
        assertTrue(cluster.consul.cas("mysql/durability", ClusterRecords.write(durability), index, soon()));
    }

    private void stopsReceiving(FakeNode node) {
        try (Mysql server = node.ports.servers().connectLocal(soon())) {
            server.stopReceiver();
        }
    }

    // P1, the promise.

    @Test
    void p1AMemberStaysPromisedWhenTheBarrierWithoutItDoesNotPass() {
        Entry before = durability().proven();
        one.killContainer();
        primary.server.setCommitsFail(true);
        cluster.rounds(3);
        assertEquals(before, durability().proven());
        assertEquals(Optional.of(Set.of(other.server.uuid())), durability().next().map(Entry::ackSet));
        primary.server.setCommitsFail(false);
        cluster.rounds(1);
        assertEquals(Set.of(other.server.uuid()), durability().proven().ackSet());
    }

    @Test
    void p1BothEntriesHaveToBeBeaten() {
        Durability now = durability();
        publish(now.withNext(new Entry(1, primary.server.uuid(), Set.of(one.server.uuid()), 1), Set.of(other.server.uuid())));
        primary.killContainer();
        other.killContainer();
        cluster.rounds(6);
        assertEquals(List.of(), cluster.writable(), "the write of the last instant may be on the other one alone");
        other.restartContainer();
        cluster.rounds(6);
        assertEquals(1, cluster.writable().size());
    }

    @Test
    void p1TheNewTermsPromiseIsProvenOnlyByItsBarrier() {
        Entry before = durability().proven();
        primary.killMysqld();
        primary.health();
        one.server.setCommitsFail(true);
        one.health();
        assertEquals(before, durability().proven());
        assertEquals(2, durability().newest().term());
        one.server.setCommitsFail(false);
        assertTrue(one.health().isDone());
        assertEquals(new Entry(2, one.server.uuid(), Set.of(other.server.uuid()), 1), durability().proven());
    }

    /** It has all that was acknowledged in its own term, whoever of its members is lost (found by the simulation). */
    @Test
    void p1AnOldPrimaryThatFollowsEndsItsOwnTerm() {
        Entry before = durability().proven();
        primary.killMysqld();
        primary.health();
        one.server.setCommitsFail(true);
        primary.startMysqld();
        cluster.rounds(2);
        assertTrue(primary.server.replicates());
        assertEquals(before, durability().proven());
        one.killContainer();
        cluster.rounds(6);
        assertEquals(1, cluster.writable().size());
        assertEquals(3, durability().newest().term());
    }

    @Test
    void p1AReplicaIsPublishedBeforeItAcknowledges() {
        FakeNode late = cluster.add("db3");
        late.server.copyFrom(primary.server);
        late.health();
        assertTrue(late.server.replicates());
        assertFalse(acknowledges(late));
        late.health();
        assertFalse(acknowledges(late), "nobody has published it");
        primary.health();
        assertTrue(durability().isMember(late.server.uuid()));
        late.health();
        assertTrue(acknowledges(late));
    }

    private boolean acknowledges(FakeNode node) {
        try (Mysql server = node.ports.servers().connectLocal(soon())) {
            return server.read().semiSync().orElseThrow().mayAcknowledge();
        }
    }

    // P2, cutting a member off.

    @Test
    void p2WhoLeftTheAckSetCannotAcknowledgeWhenItsNetworkIsBack() {
        cluster.net.cutOff(one.server, true);
        one.freezeHooks();
        cluster.rounds(4);
        assertEquals(Set.of(other.server.uuid()), durability().proven().ackSet());
        cluster.net.cutOff(one.server, false);
        stopsReceiving(other);
        other.freezeHooks();
        FakeWrite write = primary.server.clientWrite();
        assertEquals(Answer.NONE, write.answer(), "its plugin is still on, and its receiver tries again and again");
        assertFalse(one.server.executed().contains(write.gtid()));
    }

    @Test
    void p2ItIsLetInAgainAfterItHasStoppedAcknowledging() {
        cluster.net.cutOff(one.server, true);
        one.freezeHooks();
        cluster.rounds(4);
        cluster.net.cutOff(one.server, false);
        one.restartHooks();
        one.health();
        assertTrue(one.server.replicates());
        assertFalse(acknowledges(one));
        cluster.rounds(3);
        assertTrue(acknowledges(one));
        assertEquals(Set.of(one.server.uuid(), other.server.uuid()), durability().proven().ackSet());
    }

    // P3, one hand at a time.

    @Test
    void p3NobodyFollowsWhileSomebodyTakesOver() {
        publish(durability().withIntent(Optional.of(new Intent(2, "db2", other.state.session().orElseGet(this::aSession)))));
        stopsReceiving(one);
        one.health();
        assertFalse(one.server.replicates());
    }

    private String aSession() {
        return cluster.consul.createSession(
                new Consul.SessionSpec("other", Duration.ofSeconds(60), Duration.ZERO, Optional.empty(), false), soon());
    }

    @Test
    void p3TheHandThatRevokesTakesTheServerFromTheOneThatActs() {
        try (Mysql slow = other.ports.servers().connectLocal(soon())) {
            assertTrue(slow.tryRoleLock(Duration.ZERO));
            primary.killMysqld();
            primary.health();
            assertTrue(one.health().isDone());
            try {
                slow.startReplication();
                throw new AssertionError("the hook that was too slow still started a receiver");
            } catch (MysqlException e) {
                assertEquals(2013, e.code());
            }
        }
    }

    // P4, taking over.

    @Test
    void p4ATakeOverWhoseAnnouncementWasReplacedTakesNothing() {
        primary.killContainer();
        boolean[] done = {false};
        Consul meddled = before(one.ports.consul(), operations -> {
            if (!done[0] && operations.stream().anyMatch(TxnOp.DeleteCas.class::isInstance)) {
                done[0] = true;
                publish(durability().withIntent(Optional.empty()));
            }
        });
        Outcome outcome = new Health(one.node, with(meddled)).run(soon());
        assertTrue(done[0], outcome.toString());
        assertFalse(outcome.isDone(), outcome.toString());
        assertEquals(List.of(), cluster.writable());
        assertEquals(1, durability().newest().term());
    }

    private interface Meddler {
        void before(List<TxnOp> operations);
    }

    private static Consul before(Consul consul, Meddler meddler) {
        return (Consul) Proxy.newProxyInstance(Consul.class.getClassLoader(), new Class<?>[] {Consul.class}, (proxy, method, arguments) -> {
            if (method.getName().equals("transact")) {
                @SuppressWarnings("unchecked")
                List<TxnOp> operations = (List<TxnOp>) arguments[0];
                meddler.before(operations);
            }
            try {
                return method.invoke(consul, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    private Ports with(Consul consul) {
        Ports p = one.ports;
        return new Ports(consul, p.servers(), p.program(), p.state(), p.ticker(), p.sleeper(), p.tasks(), p.clock());
    }

    /** What was acknowledged while the hand was on its way counts, too. */
    @Test
    void p4SetsAreReadAfterTheReceiversStopped() {
        FakeWrite[] last = new FakeWrite[1];
        primary.freezeHooks();
        cluster.consul.destroySession(primary.state.session().orElseThrow(), soon());
        primary.server.setHangs(true);
        other.server.whenReceiverStops(() -> last[0] = primary.server.clientWrite());
        Outcome outcome = one.health();
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(Answer.OK, last[0].answer());
        assertTrue(one.server.executed().contains(last[0].gtid()), "fetched from the other one, which has it");
    }

    @Test
    void p4WithoutAQuorumNothingHappensAndTheReceiversStartAgain() {
        primary.freezeHooks();
        other.killContainer();
        primary.killMysqld();
        cluster.rounds(5);
        assertEquals(List.of(), cluster.writable());
        assertEquals(Optional.empty(), durability().intent());
        StoppedElection stopped = one.status().stopped().orElseThrow();
        assertTrue(stopped.reason().text().startsWith("no quorum"), stopped.toString());
        assertEquals(
                List.of("db0 OUT", "db1 FIT", "db2 OUT"),
                stopped.verdicts().stream().map(v -> v.node() + " " + v.standing()).toList());
        primary.restartContainer();
        cluster.rounds(4);
        assertEquals(List.of(primary), cluster.writable());
        assertTrue(one.server.replicates());
        assertEquals(Optional.empty(), one.status().stopped());
    }

    /** It is for people; nobody's take-over may fail of it. */
    @Test
    void p4AnUnreadableWordOnTheLastElectionIsWrittenAnew() {
        cluster.consul.cas("mysql/election-stopped", "no JSON", 0, soon());
        assertEquals(Optional.empty(), one.status().stopped());
        primary.freezeHooks();
        other.killContainer();
        primary.killMysqld();
        cluster.rounds(5);
        assertTrue(one.status().stopped().isPresent());
    }

    @Test
    void p4ThePrimaryComesBackFirst() {
        for (FakeNode node : List.of(primary, one, other)) {
            node.killContainer();
        }
        cluster.pass(Duration.ofMinutes(2));
        one.restartContainer();
        cluster.rounds(2);
        assertEquals(List.of(), cluster.writable());
        primary.restartContainer();
        cluster.rounds(4);
        assertEquals(List.of(primary), cluster.writable());
    }

    // P5, the fence.

    @Test
    void p5NobodyWhoWaitsIsToldOkWhenThePrimaryIsFenced() {
        stopsReceiving(one);
        stopsReceiving(other);
        FakeWrite waits = primary.server.clientWrite();
        publish(durability().withIntent(Optional.of(new Intent(2, "db2", aSession()))));
        assertEquals("Fence", primary.health().decision());
        assertEquals(Answer.LOST, waits.answer());
        assertFalse(primary.server.writable());
        assertNotEquals(Answer.OK, primary.server.clientWrite().answer());
        assertTrue(primary.server.executed().contains(waits.gtid()), "what waited is visible now, and counts as this server's own");
    }

    /** The hook that raised the fence was killed on the way; read-only says the server already, and clients wait (found by the simulation). */
    @Test
    void p5NobodyWhoWaitsIsToldOkWhenAnOldPrimaryBeginsToFollow() {
        cluster.net.cutOff(primary.server, true);
        FakeWrite waits = primary.server.clientWrite();
        try (Mysql local = primary.ports.servers().connectLocal(cluster.time.in(Duration.ofSeconds(1)))) {
            local.beginReadOnly();
        }
        primary.freezeHooks();
        cluster.rounds(4);
        assertEquals(Answer.NONE, waits.answer());
        cluster.net.cutOff(primary.server, false);
        primary.restartHooks();
        cluster.rounds(2);
        assertNotEquals(Answer.OK, waits.answer());
        assertFalse(cluster.writable().getFirst().server.executed().contains(waits.gtid()));
    }

    // P6, becoming writable.

    @Test
    void p6WhatARestartBringsBackIsNotReadBeforeABarrier() {
        stopsReceiving(one);
        stopsReceiving(other);
        FakeWrite waits = primary.server.clientWrite();
        assertEquals(Answer.NONE, waits.answer());
        primary.killMysqld();
        primary.startMysqld();
        assertTrue(primary.server.executed().contains(waits.gtid()));
        assertTrue(primary.server.offline());
        primary.health();
        assertTrue(primary.server.offline() || durability().proven().term() == 2, "in, or a barrier has passed");
        cluster.rounds(4);
        assertTrue(cluster.writable().size() == 1 && !cluster.writable().getFirst().server.offline());
    }

    @Test
    void p6AServerThatBecomesWritableAlreadyWaitsForAcknowledgements() {
        primary.killMysqld();
        primary.health();
        assertTrue(one.health().isDone());
        try (Mysql server = one.ports.servers().connectLocal(soon())) {
            assertTrue(server.read().semiSync().orElseThrow().sourceOn());
        }
    }

    // P7, lease and Consul.

    @Test
    void p7AnotherHoldersTermFencesThePrimaryThatWakesUp() {
        cluster.net.cutOff(primary.server, true);
        primary.freezeHooks();
        cluster.rounds(6);
        cluster.net.cutOff(primary.server, false);
        FakeWrite stale = primary.server.clientWrite();
        primary.restartHooks();
        primary.health();
        assertFalse(primary.server.writable());
        assertNotEquals(Answer.OK, stale.answer());
    }

    @Test
    void p7ALockIsNotDelayedInLosslessMode() {
        primary.killContainer();
        cluster.pass(Duration.ofSeconds(6));
        other.health();
        cluster.pass(Duration.ofSeconds(5));
        Outcome outcome = one.health();
        assertTrue(outcome.isDone(), outcome.toString());
    }

    // P8, the switchover: SwitchoverTest, which has the hooks of the other nodes alongside.

    // P9, a replica after an unclean stop.

    @Test
    void p9WhatWasReceivedIsAppliedBeforeAReceiverStarts() {
        stopsReceiving(one);
        assertEquals(Answer.OK, primary.server.clientWrite().answer());
        one.server.receiveOnly(primary.server);
        one.server.setAppliesNothing(true);
        one.killMysqld();
        one.startMysqld();
        Outcome outcome = one.health();
        assertFalse(one.server.replicates(), outcome.toString());
        assertTrue(outcome.reason().text().contains("applies what it has received first"), outcome.toString());
        one.server.setAppliesNothing(false);
        cluster.rounds(1);
        assertTrue(one.server.replicates());
    }
}
