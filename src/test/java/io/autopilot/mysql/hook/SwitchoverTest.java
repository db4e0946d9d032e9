package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.SwitchoverRequest;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.fake.Steps;
import io.autopilot.mysql.fake.Steps.Fault;
import io.autopilot.mysql.port.Consul.CheckStatus;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.MysqlException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Switchovers over fakes, with the other nodes' supervisors and a client alongside; at no moment two servers accept writes. */
class SwitchoverTest {
    private static final Duration STOP = Duration.ofSeconds(5);

    @TempDir
    private Path directory;

    private World world;

    @BeforeEach
    void newWorld() {
        world = new World(directory, "async");
    }

    /** Three nodes, the hooks that their supervisors run, a client of all of them, and what it was told is committed. */
    private static final class World {
        private final FakeCluster cluster;
        private final List<FakeNode> nodes;
        private final Map<String, Steps> steps = new HashMap<>();
        private GtidSet acknowledged = GtidSet.EMPTY;
        private final Map<String, Duration> deafFor = new HashMap<>();
        private Duration withoutWrites = Duration.ZERO;
        private boolean over;

        World(Path directory, String mode) {
            cluster = new FakeCluster(directory, mode);
            nodes = cluster.withReplicas(2);
            nodes.forEach(node -> steps.put(node.name, new Steps(cluster.time)));
        }

        FakeNode node(int number) {
            return nodes.get(number);
        }

        Steps steps(int number) {
            return steps.get(nodes.get(number).name);
        }

        private Ports ports(FakeNode node) {
            return steps.get(node.name).through(node.ports);
        }

        /** Of the command on the old primary's node, and of the other nodes' hooks that hear the bell. */
        private Ports heard(FakeNode node) {
            return node == node(0) ? node.ports : ports(node);
        }

        Outcome switchover(int from, Optional<String> to) {
            FakeNode node = node(from);
            return alongside(() -> new Switchover(node.node, ports(node), to, STOP).run(cluster.time.in(Duration.ofSeconds(40))));
        }

        Outcome askFor(int by, String to) {
            FakeNode node = node(by);
            SwitchoverRequest request = new SwitchoverRequest("r1", node.name, Optional.of(to), STOP, Optional.empty());
            return alongside(() -> new RequestedSwitchover(node.node, node.ports, "db0", request, Optional.empty()).run(cluster.time.in(Duration.ofSeconds(40))));
        }

        /** While the other hooks and the client run. */
        private Outcome alongside(Hooked command) {
            cluster.time.meanwhile(this::atMostOneWrites);
            nodes.forEach(node -> {
                cluster.time.alongside(() -> hears(node));
                cluster.time.alongside(() -> isHealthy(node));
            });
            cluster.time.alongside(this::writes);
            try {
                return command.run();
            } finally {
                over = true;
                cluster.time.awaitOthers();
            }
        }

        private interface Hooked {
            Outcome run();
        }

        private void atMostOneWrites() {
            assertTrue(cluster.writable().size() <= 1, () -> "two accept writes: " + names());
        }

        private List<String> names() {
            return cluster.writable().stream().map(node -> node.name).toList();
        }

        /** A node's supervisor looks at nothing for so long. */
        void deafen(int number, Duration forSoLong) {
            deafFor.put(node(number).name, forSoLong);
        }

        /** As a supervisor watches the bell. */
        private void hears(FakeNode node) {
            cluster.time.sleep(deafFor.getOrDefault(node.name, Duration.ZERO));
            List<Integer> known = List.of();
            while (!over) {
                List<Integer> rung = cluster.consul.instances("mysql-handover", cluster.time.in(Duration.ofSeconds(1))).stream()
                        .filter(i -> i.status() == CheckStatus.PASSING)
                        .map(i -> i.port())
                        .toList();
                if (!rung.equals(known)) {
                    known = rung;
                    unlessKilled(() -> new OnChange(node.node, heard(node), new Health(node.node, heard(node)), false)
                            .run(cluster.time.in(Duration.ofSeconds(19))));
                }
                cluster.time.sleep(Duration.ofMillis(200));
            }
        }

        private void isHealthy(FakeNode node) {
            while (!over) {
                cluster.time.sleep(Duration.ofMillis(4950));
                node.health();
            }
        }

        private static void unlessKilled(Hooked hook) {
            try {
                hook.run();
            } catch (Steps.Killed e) {
                // The supervisor starts another one.
                return;
            } catch (CompletionException e) {
                killed(e);
            }
        }

        private void writes() {
            Duration last = cluster.time.uptime();
            while (!over) {
                for (FakeNode node : nodes) {
                    if (node.server.clientWrites()) {
                        acknowledged = acknowledged.union(node.server.executed());
                        Duration now = cluster.time.uptime();
                        Duration without = now.minus(last);
                        withoutWrites = without.compareTo(withoutWrites) > 0 ? without : withoutWrites;
                        last = now;
                    }
                }
                cluster.time.sleep(Duration.ofMillis(20));
            }
        }

        /** The next runs of health bring one up, that has all that any client was told. */
        void settlesWithNothingLost(String what) {
            cluster.time.meanwhile(this::atMostOneWrites);
            cluster.rounds(5);
            assertEquals(1, cluster.writable().size(), () -> what + ": one accepts writes");
            FakeNode primary = cluster.writable().getFirst();
            for (FakeNode node : nodes) {
                assertTrue(node.server.executed().contains(acknowledged), () -> what + ": " + node.name + " lacks what was acknowledged");
                assertTrue(node == primary || node.server.replicates(), () -> what + ": " + node.name + " follows");
            }
        }
    }

    /** It would go on for good with what nobody else has (protocol P5). */
    @Test
    void aReplicaWithTransactionsOfItsOwnIsNotPointedAtTheNewPrimary() {
        world.node(2).server.errantWrite();
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(Optional.of(world.node(0).server.address()), world.node(2).server.source());
    }

    @Test
    void theTargetIsThePrimaryAndTheOldOneItsReplicaAndNothingIsLost() {
        Outcome outcome = world.switchover(0, Optional.of("db2"));
        assertTrue(outcome.isDone(), outcome.toString());
        assertTrue(outcome.reason().text().startsWith("db2 is the primary, term 2; writes stopped for "), outcome.toString());
        assertEquals(List.of("db2"), world.names());
        assertEquals(Optional.of(world.node(2).server.address()), world.node(0).server.source());
        assertEquals(Optional.of(world.node(2).server.address()), world.node(1).server.source());
        assertTrue(world.withoutWrites.compareTo(Duration.ofMillis(200)) < 0, world.withoutWrites::toString);
        world.settlesWithNothingLost("done");
    }

    @Test
    void inLosslessModeTheOtherReplicaAcknowledgesTheNewPrimarysFirstWrites() throws IOException {
        world = new World(Files.createDirectories(directory.resolve("lossless")), "lossless");
        Outcome outcome = world.switchover(0, Optional.of("db2"));
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(List.of("db2"), world.names());
        Durability promised = ClusterRecords.readDurability("", durability());
        assertEquals(2, promised.newest().term());
        assertTrue(promised.newest().ackSet().contains(world.node(1).server.uuid()), promised::toString);
        world.settlesWithNothingLost("done");
    }

    /** As on a machine that is busy. A term that begins without anybody who acknowledges can't be taken over by itself for as long. */
    @Test
    void aReplicaThatIsSlowToAnswerAcknowledgesTheNewPrimarysFirstWrites() throws IOException {
        world = new World(Files.createDirectories(directory.resolve("lossless")), "lossless");
        AtomicBoolean slow = new AtomicBoolean(true);
        world.cluster.setTasks(task -> {
            boolean ofSuccessor = StackWalker.getInstance().walk(frames -> frames.anyMatch(f -> f.getClassName().equals(FormerPeers.class.getName())));
            if (ofSuccessor && slow.getAndSet(false)) {
                world.cluster.time.alongside(() -> {
                    world.cluster.time.sleep(Duration.ofMillis(900));
                    task.run();
                });
            } else {
                task.run();
            }
        });
        List<Set<String>> begun = new ArrayList<>();
        world.cluster.time.alongside(() -> {
            while (begun.isEmpty() && !world.over) {
                world.cluster.time.sleep(Duration.ofMillis(1));
                Durability now = ClusterRecords.readDurability("", durability());
                if (now.newest().term() == 2) {
                    begun.add(now.newest().ackSet());
                }
            }
        });
        assertTrue(world.switchover(0, Optional.of("db2")).isDone());
        assertFalse(slow.get());
        assertEquals(List.of(Set.of(world.node(1).server.uuid())), begun);
        world.settlesWithNothingLost("done");
    }

    @Test
    void withoutATargetTheFirstOfTheMostAdvancedIsTaken() {
        assertTrue(world.switchover(0, Optional.empty()).isDone());
        assertEquals(List.of("db1"), world.names());
    }

    @Test
    void aTargetThatNobodyWakesLeavesThePrimaryWritingAllTheTime() {
        world.node(1).state.writeStopping();
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertEquals("Undone", outcome.decision(), outcome.toString());
        assertTrue(outcome.reason().text().contains("no hook answered within 8 s on db1"), outcome.toString());
        assertEquals(List.of("db0"), world.names());
        assertEquals(0, world.steps(0).count("makeReadOnly"));
        assertTrue(world.withoutWrites.compareTo(Duration.ofMillis(50)) < 0, world.withoutWrites::toString);
    }

    @Test
    void aTargetThatDoesNotApplyIsGivenUpBeforeWritesStop() {
        world.node(1).server.setAppliesNothing(true);
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertEquals("Undone", outcome.decision(), outcome.toString());
        assertTrue(outcome.reason().text().contains("db1 did not catch up within 6 s while writes went on: it lacked "), outcome.toString());
        assertEquals(0, world.steps(0).count("makeReadOnly"));
        assertEquals(List.of("db0"), world.names());
        assertTrue(world.withoutWrites.compareTo(Duration.ofMillis(50)) < 0, world.withoutWrites::toString);
    }

    @Test
    void aTargetThatDiesWhenWritesHaveStoppedIsUndoneWithinTheDeadlineAndThePrimaryWritesOnce() {
        world.steps(1).at("transact", Fault.KILLED);
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertEquals("Undone", outcome.decision(), outcome.toString());
        assertTrue(outcome.reason().text().contains("db1 had not taken over in time; writes stopped for "), outcome.toString());
        assertTrue(world.withoutWrites.compareTo(STOP) < 0, world.withoutWrites::toString);
        assertEquals(1, world.steps(0).count("makeWritable"));
        assertEquals(List.of("db0"), world.names());
        world.settlesWithNothingLost("undone");
    }

    @Test
    void aWriteStopThatIsHeldUpIsUndoneAndThePrimaryWritesOnce() {
        world.steps(0).at("makeReadOnly", Fault.REFUSED);
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertEquals("Undone", outcome.decision(), outcome.toString());
        assertTrue(outcome.reason().text().contains("the write stop took too long or failed: makeReadOnly failed"), outcome.toString());
        assertEquals(1, world.steps(0).count("makeWritable"));
        assertEquals(List.of("db0"), world.names());
        assertFalse(announced(), "the announcement is gone");
    }

    /** Whichever of the two is second is refused (P8); World sees to it that at no moment both accept writes. */
    @Test
    void p8ATakeOverThatComesAfterTheUndoTakesNothing() {
        world.steps(1).late("transact", Duration.ofSeconds(6));
        assertEquals("Undone", world.switchover(0, Optional.of("db1")).decision());
        assertEquals(1, world.steps(1).count("transact"), "it was sent");
        assertEquals(0, world.steps(1).count("makeWritable"));
        world.settlesWithNothingLost("undone");
        assertEquals(List.of("db0"), world.names());
    }

    @Test
    void p8AnUndoThatComesAfterTheTakeOverLeavesTheOldPrimaryReadOnly() {
        world.steps(1).late("makeWritable", Duration.ofSeconds(6));
        world.switchover(0, Optional.of("db1"));
        assertEquals(0, world.steps(0).count("makeWritable"));
        world.settlesWithNothingLost("taken over");
        assertEquals(List.of("db1"), world.names());
    }

    /** It isn't where the operator wanted it, which is no success for who asked for that node. */
    @Test
    void aTargetThatIsReplacedBeforeItWritesIsNotSaidToBeThePrimary() {
        Outcome outcome = switchoverToOneThatIsLostWithTheLease(Optional.of("db1"));
        assertEquals(Outcome.Status.NOT_HEALTHY, outcome.status(), outcome.toString());
        assertTrue(outcome.reason().text().startsWith("db2 is the primary, term 3; db1 took the lease and was lost; writes stopped for "), outcome.toString());
        assertEquals(List.of("db2"), world.names());
    }

    @Test
    void withoutATargetWhoeverReplacesTheFirstOneWillDo() {
        Outcome outcome = switchoverToOneThatIsLostWithTheLease(Optional.empty());
        assertTrue(outcome.isDone(), outcome.toString());
        assertTrue(outcome.reason().text().startsWith("db2 is the primary, term 3; db1 took the lease and was lost; "), outcome.toString());
    }

    private Outcome switchoverToOneThatIsLostWithTheLease(Optional<String> target) {
        world.steps(1).at("makeWritable", Fault.KILLED);
        world.cluster.time.alongside(() -> {
            while (world.steps(1).count("makeWritable") == 0) {
                world.cluster.time.sleep(Duration.ofMillis(5));
            }
            world.node(1).server.stop();
            while (world.cluster.writable().isEmpty() && !world.over) {
                world.cluster.time.sleep(Duration.ofMillis(500));
                world.node(1).health();
                world.node(2).health();
            }
        });
        return world.switchover(0, target);
    }

    @Test
    void aSwitchoverThatWasUndoneCanBeDoneRightAfterwards() {
        world.steps(1).at("transact", Fault.KILLED);
        assertEquals("Undone", world.switchover(0, Optional.of("db1")).decision());
        world.steps.put("db1", new Steps(world.cluster.time));
        world.over = false;
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(List.of("db1"), world.names());
    }

    /** Its check ran out by then, and a registration alone leaves it so. */
    @Test
    void aBellThatHasGoneSilentIsHeardWhenItRingsAgain() {
        world.steps(1).at("transact", Fault.KILLED);
        assertEquals("Undone", world.switchover(0, Optional.of("db1")).decision());
        world.steps.put("db1", new Steps(world.cluster.time));
        Duration rung = world.cluster.time.uptime();
        while (world.cluster.time.uptime().minus(rung).compareTo(Duration.ofSeconds(80)) < 0) {
            world.cluster.rounds(1);
        }
        world.over = false;
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertTrue(outcome.isDone(), outcome.toString());
    }

    @Test
    void aStopOfTheContainerInTheMiddleOfItIsAnUndo() {
        world.steps(1).at("transact", Fault.KILLED);
        world.cluster.time.alongside(() -> {
            while (world.cluster.writable().size() == 1) {
                world.cluster.time.sleep(Duration.ofMillis(5));
            }
            world.node(0).state.writeStopping();
        });
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertTrue(outcome.reason().text().contains("this container is being stopped"), outcome.toString());
        assertEquals(List.of("db0"), world.names());
    }

    /** Consul tells of a change that is known already at once: whoever asks about it again and again does nothing else (found by the search). */
    @Test
    void aLeaseThatIsLostWhileWritesAreStoppedIsNotAskedAboutWithoutAPause() {
        world.steps(1).at("transact", Fault.KILLED);
        world.cluster.time.alongside(() -> {
            while (world.cluster.writable().size() == 1) {
                world.cluster.time.sleep(Duration.ofMillis(5));
            }
            world.cluster.consul.destroySession(
                    world.node(0).state.session().orElseThrow(), world.cluster.time.in(Duration.ofSeconds(1)));
        });
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertFalse(outcome.isDone(), outcome.toString());
        assertTrue(world.steps(0).count("awaitChange") < 30, () -> world.steps(0).count("awaitChange") + " times");
    }

    @Test
    void itCanBeAskedForOnAnyNode() {
        Outcome outcome = world.askFor(2, "db1");
        assertTrue(outcome.isDone(), outcome.toString());
        assertTrue(outcome.reason().text().startsWith("db1 is the primary, term 2"), outcome.toString());
        assertEquals(List.of("db1"), world.names());
        world.settlesWithNothingLost("asked for");
    }

    @Test
    void whoAsksHearsWhyNot() {
        world.node(1).server.setAppliesNothing(true);
        Outcome outcome = world.askFor(2, "db1");
        assertEquals("Undone", outcome.decision(), outcome.toString());
        assertTrue(outcome.reason().text().startsWith("db0 writes on; db1 did not catch up"), outcome.toString());
    }

    @Test
    void aRequestThatThePrimaryDoesNotHearNamesTheCommandForItAndIsNeverObeyedLater() {
        FakeNode asking = world.node(2);
        SwitchoverRequest request = new SwitchoverRequest("r1", "db2", Optional.of("db1"), STOP, Optional.empty());
        Outcome outcome = new RequestedSwitchover(asking.node, asking.ports, "db0", request, Optional.empty()).run(world.cluster.time.in(Duration.ofSeconds(40)));
        assertEquals("Unheard", outcome.decision());
        assertTrue(outcome.reason().text().endsWith("docker exec db0 manage switchover --to db1"), outcome.toString());
        assertEquals(Optional.empty(), new SwitchoverRequests(world.node(0).node, world.node(0).ports).tryServe(world.cluster.time.in(Duration.ofSeconds(19))));
        assertEquals(List.of("db0"), world.names());
    }

    /** Both have left the old primary while the lease was asked for; without them its writes wait until their own next run. */
    @Test
    void whenTheLeaseIsRefusedTheTargetAndTheOtherReplicaFollowOnAtOnce() throws IOException {
        world = new World(Files.createDirectory(directory.resolve("refused")), "lossless");
        world.cluster.rounds(3);
        world.steps(1).at("transact", Fault.REFUSED);
        Outcome outcome = world.switchover(0, Optional.of("db1"));
        assertEquals("Undone", outcome.decision(), outcome.toString());
        List<String> made = world.steps(1).made();
        List<String> after = made.subList(made.indexOf("transact"), made.size());
        assertEquals(List.of("startReplication", "startReplication"), after.subList(0, after.indexOf("connectLocal")).stream()
                .filter("startReplication"::equals)
                .toList(), made::toString);
        world.settlesWithNothingLost("refused");
    }

    @Test
    void whatItsOwnHooksDoNotTakeUpThePrimarysNodeDoesWithoutThem() {
        FakeNode old = world.node(0);
        SwitchoverRequest request = new SwitchoverRequest("r1", "db0", Optional.of("db1"), STOP, Optional.empty());
        Hook here = new Switchover(old.node, old.ports, Optional.of("db1"), STOP);
        world.deafen(0, Duration.ofSeconds(30));
        Outcome outcome = world.alongside(() -> new RequestedSwitchover(old.node, old.ports, "db0", request, Optional.of(here))
                .run(world.cluster.time.in(Duration.ofSeconds(40))));
        assertTrue(outcome.reason().text().startsWith("db1 is the primary, term 2"), outcome.toString());
        assertEquals(List.of("db1"), world.names());
        assertEquals(Optional.empty(), world.cluster.consul.peek(old.node.switchoverKey()));
    }

    @Test
    void whatWasTakenUpAtTheLastMomentIsNotDoneTwice() {
        FakeNode old = world.node(0);
        SwitchoverRequest request = new SwitchoverRequest("r1", "db0", Optional.of("db1"), STOP, Optional.empty());
        Hook here = until -> {
            throw new AssertionError("its hooks have taken it up");
        };
        // Its request is withdrawn after 5 s, and late.
        world.deafen(0, Duration.ofMillis(5500));
        Ports lastMoment = new Steps(world.cluster.time).late("deleteCas", Duration.ofSeconds(3)).through(old.ports);
        Outcome outcome = world.alongside(() -> new RequestedSwitchover(old.node, lastMoment, "db0", request, Optional.of(here))
                .run(world.cluster.time.in(Duration.ofSeconds(40))));
        assertTrue(outcome.reason().text().startsWith("db1 is the primary, term 2"), outcome.toString());
        assertEquals(List.of("db1"), world.names());
    }

    @Test
    void onANodeThatIsNotThePrimaryAnyMoreNothingIsDone() {
        FakeNode replica = world.node(1);
        Outcome outcome = new Switchover(replica.node, replica.ports, Optional.empty(), STOP).run(world.cluster.time.in(Duration.ofSeconds(40)));
        assertEquals("Refuse", outcome.decision());
        assertEquals(List.of("db0"), world.names());
    }

    @Test
    void killedBeforeAnyOfItsStepsOneOfBothIsBroughtUpWithNothingLost() throws IOException {
        everyStep("lossless", 0, Fault.KILLED);
    }

    @Test
    void aFailureOfAnyOfItsStepsLeavesOneThatWritesWithNothingLost() throws IOException {
        everyStep("async", 0, Fault.REFUSED);
    }

    @Test
    void aLostAnswerToAnyOfItsStepsLeavesOneThatWritesWithNothingLost() throws IOException {
        everyStep("lossless", 0, Fault.ANSWER_LOST);
    }

    @Test
    void anyOfItsStepsMayBeSlow() throws IOException {
        everyStep("async", 0, Fault.SLOW);
    }

    @Test
    void aSuccessorMayBeKilledBeforeAnyOfItsSteps() throws IOException {
        everyStep("async", 1, Fault.KILLED);
    }

    @Test
    void anyStepOfASuccessorMayFail() throws IOException {
        everyStep("lossless", 1, Fault.REFUSED);
    }

    @Test
    void theAnswerToAnyStepOfASuccessorMayBeLost() throws IOException {
        everyStep("async", 1, Fault.ANSWER_LOST);
    }

    @Test
    void anyStepOfASuccessorMayBeSlow() throws IOException {
        everyStep("lossless", 1, Fault.SLOW);
    }

    /** One world for each of the steps that an undisturbed switchover has. */
    private void everyStep(String mode, int node, Fault fault) throws IOException {
        world = new World(Files.createDirectories(directory.resolve("undisturbed")), mode);
        assertTrue(world.switchover(0, Optional.of("db1")).isDone());
        List<String> undisturbed = world.steps(node).made();
        assertTrue(undisturbed.containsAll(List.of(node == 0 ? "makeReadOnly" : "makeWritable", "get", "cas")), undisturbed::toString);
        for (int number = 1; number <= undisturbed.size(); number++) {
            if (isAskedAgain(undisturbed, number) || number % stride(fault) != 0) {
                continue;
            }
            World next = new World(Files.createDirectories(directory.resolve("step-" + number)), mode);
            next.steps(node).at(number, fault);
            String outcome = outcome(next);
            List<String> made = next.steps(node).made();
            String what = fault + " at step " + number + " of db" + node + ", " + made.get(Math.min(number, made.size()) - 1) + ", " + outcome;
            assertTrue(!outcome.equals("Undone") || next.names().equals(List.of("db0")), () -> what + ": undone, so db0 writes");
            next.settlesWithNothingLost(what);
        }
    }

    /** Of what isn't the end of a process, every fourth step: a world takes a moment. */
    private static int stride(Fault fault) {
        return fault == Fault.KILLED ? 1 : 4;
    }

    /** The third of three equal steps is a question that is asked until there is an answer. */
    private static boolean isAskedAgain(List<String> steps, int number) {
        return number > 2 && Set.copyOf(steps.subList(number - 3, number)).size() == 1;
    }

    private static String outcome(World next) {
        try {
            return next.switchover(0, Optional.of("db1")).decision();
        } catch (Steps.Killed e) {
            return "Killed";
        } catch (CompletionException e) {
            return killed(e);
        } catch (ConsulException | MysqlException e) {
            // What the hooks' runner makes of it.
            return "Failed";
        }
    }

    /** In one of the calls to several servers at the same time. */
    private static String killed(CompletionException e) {
        assertInstanceOf(Steps.Killed.class, e.getCause());
        return "Killed";
    }

    private boolean announced() {
        return durability().contains("hand-over");
    }

    private String durability() {
        return world.cluster
                .consul
                .get("mysql/durability", world.cluster.time.in(Duration.ofSeconds(1)))
                .orElseThrow()
                .value();
    }
}
