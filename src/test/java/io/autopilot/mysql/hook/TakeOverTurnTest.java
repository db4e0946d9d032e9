package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Durability.Intent;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Consul.TxnResult;
import io.autopilot.mysql.port.Deadline;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes whose runs begin at the same time both want to take over: one yields, the other waits for that, for a moment only. */
class TakeOverTurnTest {
    private static final Duration TURN = Duration.ofSeconds(1);
    private static final Duration LOOKS = Duration.ofMillis(500);

    @TempDir
    private Path directory;

    private FakeCluster cluster;
    private FakeNode one;
    private FakeNode other;
    private String session;

    @BeforeEach
    void aPrimaryThatHasDied() {
        cluster = new FakeCluster(directory, "lossless");
        List<FakeNode> nodes = cluster.withReplicas(2);
        cluster.rounds(3);
        one = nodes.get(1);
        other = nodes.get(2);
        nodes.get(0).killMysqld();
        nodes.get(0).health();
        session = cluster.consul.createSession(
                new Consul.SessionSpec("other", Duration.ofSeconds(60), Duration.ZERO, Optional.empty(), false), soon());
    }

    private Deadline soon() {
        return cluster.time.in(Duration.ofSeconds(4));
    }

    private void announcedByTheOther(boolean announced) {
        var entry = cluster.consul.get("mysql/durability", soon()).orElseThrow();
        Durability now = ClusterRecords.readDurability(entry.key(), entry.value());
        Durability next = now.withIntent(announced ? Optional.of(new Intent(now.newest().term() + 1, "db3", session)) : Optional.empty());
        assertTrue(cluster.consul.cas("mysql/durability", ClusterRecords.write(next), entry.modifyIndex(), soon()));
    }

    private void lockedByTheOther(boolean locked) {
        String key = one.node.failoverLockKey();
        TxnOp operation = locked ? new TxnOp.Lock(key, "db3", session) : new TxnOp.Unlock(key, "db3", session);
        assertInstanceOf(TxnResult.Committed.class, cluster.consul.transact(List.of(operation), soon()));
    }

    private void atTheFirstSleep(Runnable other) {
        AtomicBoolean done = new AtomicBoolean();
        cluster.time.meanwhile(() -> {
            if (!done.getAndSet(true)) {
                other.run();
            }
        });
    }

    private void tookATurn(Duration began) {
        Duration took = cluster.time.uptime().minus(began);
        assertTrue(took.compareTo(TURN) >= 0 && took.compareTo(TURN.plus(LOOKS)) <= 0, took::toString);
        assertEquals(List.of(), cluster.writable());
    }

    @Test
    void anAnnouncementThatIsNotTakenBackIsWaitedForForAMomentOnly() {
        announcedByTheOther(true);
        Duration began = cluster.time.uptime();
        assertEquals("StandBy", one.health().decision());
        tookATurn(began);
    }

    @Test
    void anAnnouncementThatIsTakenBackLetsTheOneThatWaitsTakeOverInTheSameRun() {
        announcedByTheOther(true);
        atTheFirstSleep(() -> announcedByTheOther(false));
        assertTrue(one.health().isDone());
        assertEquals(List.of(one), cluster.writable());
    }

    @Test
    void aLockThatIsNotGivenUpIsWaitedForForAMomentOnly() {
        lockedByTheOther(true);
        Duration began = cluster.time.uptime();
        Outcome outcome = one.health();
        assertTrue(outcome.reason().text().contains("can't announce a take-over"), outcome.toString());
        tookATurn(began);
    }

    @Test
    void aLockThatIsGivenUpLetsTheOneThatWaitsTakeOverInTheSameRun() {
        lockedByTheOther(true);
        atTheFirstSleep(() -> lockedByTheOther(false));
        assertTrue(one.health().isDone());
        assertEquals(List.of(one), cluster.writable());
    }

    /** Seen under ContainerPilot: a node took the role from one that had just got it, and cut its last steps short. */
    @Test
    void aTakeOverBetweenTheReadsOfAnObservationIsNotAnsweredWithAnotherOne() {
        AtomicBoolean taken = new AtomicBoolean();
        Consul late = (Consul) Proxy.newProxyInstance(Consul.class.getClassLoader(), new Class<?>[] {Consul.class}, (proxy, method, arguments) -> {
            Object answer = method.invoke(one.ports.consul(), arguments);
            if (method.getName().equals("get") && arguments[0].equals(one.node.leaseKey()) && !taken.getAndSet(true)) {
                assertTrue(other.health().isDone());
            }
            return answer;
        });
        Ports p = one.ports;
        Ports ports = new Ports(late, p.servers(), p.program(), p.state(), p.ticker(), p.sleeper(), p.tasks(), p.clock());
        Outcome outcome = new Health(one.node, ports).run(soon());
        assertTrue(taken.get());
        assertEquals(List.of(other), cluster.writable(), outcome::toString);
        cluster.rounds(2);
        assertEquals(List.of(other), cluster.writable());
        assertTrue(one.server.replicates());
    }
}
