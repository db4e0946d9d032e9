package io.autopilot.mysql.hook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.disk.LocalDisk;
import io.autopilot.mysql.adapter.mysqld.DirectoryVolume;
import io.autopilot.mysql.adapter.store.LocalStore;
import io.autopilot.mysql.core.BinlogFile;
import io.autopilot.mysql.core.ClusterConfig;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Keyring;
import io.autopilot.mysql.core.SnapshotWish;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.fake.FakeSnapshots;
import io.autopilot.mysql.fake.KillSwitch;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.DataVolume;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Disk;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.DataMark;
import io.autopilot.mysql.port.MysqlServers;
import io.autopilot.mysql.port.SnapshotStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An old primary that comes back with more than the new one has: over fake servers, with real directories for data, archive and marks. */
class RebuildTest {
    private static final String NEW_UUID = "00000000-0000-0000-0000-0000000000ff";
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    private Path directory;

    private Story story;

    @BeforeEach
    void aClusterWhosePrimaryWasReplaced() {
        story = new Story(directory.resolve("story"));
    }

    /** Three nodes; db0 was primary, died with transactions that nobody received, and is back. */
    private static final class Story {
        final Path directory;
        final FakeCluster cluster;
        final FakeSnapshots snapshots = new FakeSnapshots();
        final FakeNode old;
        final FakeNode primary;
        final DataVolume volume;
        final SnapshotStore store;
        final GtidSet errant;

        Story(Path directory, String... environment) {
            this.directory = directory;
            this.cluster = new FakeCluster(made(directory));
            this.old = cluster.addEmpty("db0", environment);
            old.state.writeDataMark(new DataMark(FakeCluster.UUID, true));
            old.startMysqld();
            old.health();
            old.server.clientWrites();
            this.primary = cluster.add("db1");
            primary.server.copyFrom(old.server);
            cluster.rounds(3);
            GtidSet before = old.server.executed();
            this.volume = new DirectoryVolume(directory.resolve("volume"), directory.resolve("my.cnf"), Optional.empty());
            this.store = new LocalStore(made(directory.resolve("snapshots")), "mysql");
            snapshots.hold("s1", FakeCluster.UUID, primary.server.executed());
            fall();
            this.errant = old.server.executed().minus(before);
        }

        private void fall() {
            cluster.net.cutOff(old.server, true);
            old.server.errantWrite();
            old.server.errantWrite();
            old.killContainer();
            cluster.rounds(6);
            assertEquals(List.of(primary), cluster.writable());
            cluster.net.cutOff(old.server, false);
            old.restartContainer();
            for (BinlogFile file : old.server.binlogs()) {
                write(made(volume.dataDirectory()).resolve(file.name()), contentOf(file.name()));
            }
        }

        String contentOf(String binlog) {
            return binlog + " of " + old.name;
        }

        Outcome rebuild() {
            return rebuild(new KillSwitch(Long.MAX_VALUE), true);
        }

        Outcome rebuild(KillSwitch kill, boolean byPolicy) {
            EvidenceArchive archive = new EvidenceArchive(
                    archives(kill.on(SnapshotStore.class, store)), kill.on(Disk.class, new LocalDisk()), volume.dataDirectory());
            return new Rebuild(old.node, ports(kill), snapshots, archive, byPolicy, false).run(cluster.time.in(LONG));
        }

        private Ports ports(KillSwitch kill) {
            Ports real = old.ports;
            return new Ports(
                    kill.on(Consul.class, real.consul()),
                    kill.on(MysqlServers.class, real.servers()),
                    real.program(),
                    kill.on(LocalState.class, real.state()),
                    real.ticker(),
                    real.sleeper(),
                    real.tasks(),
                    real.clock());
        }

        /** As mysqld-run does it: mysqld never starts on data that is given up, nor without any. */
        Optional<Outcome> startMysqld(KillSwitch kill) {
            Optional<Outcome> preStart = Optional.empty();
            if (old.state.discarded().isPresent() || !Files.exists(volume.dataDirectory())) {
                preStart = Optional.of(new PreStart(
                                old.node,
                                ports(kill),
                                kill.on(DataVolume.class, volume),
                                snapshots,
                                () -> "[mysqld]",
                                () -> "never")
                        .run(cluster.time.in(Duration.ofSeconds(30))));
                if (!preStart.get().isDone()) {
                    return preStart;
                }
            }
            if (Files.exists(volume.dataDirectory().resolve("ibdata1")) && !old.server.uuid().equals(NEW_UUID)) {
                old.server.becomes(NEW_UUID, GtidSet.EMPTY);
            }
            old.startMysqld();
            return preStart;
        }

        ClusterStatus status() {
            return old.status();
        }

        List<Evidence> evidence() {
            return status().evidence();
        }

        Optional<SnapshotWish> wish() {
            return cluster.consul
                    .get(old.node.snapshotWishKey(), cluster.time.in(Duration.ofSeconds(1)))
                    .map(e -> SnapshotWish.read(e.key(), e.value()));
        }

        boolean dataIsThere() {
            return Files.exists(volume.dataDirectory().resolve("binlog.000001"));
        }

        /** What everybody may rely on who throws the data away. */
        void evidenceIsWhole() {
            assertEquals(List.of(errant), evidence().stream().map(Evidence::errant).toList());
            Evidence kept = evidence().getFirst();
            assertEquals(Optional.of(kept), archive().find(kept.id(), cluster.time.in(LONG)));
            assertFalse(kept.files().isEmpty());
            for (Evidence.File file : kept.files()) {
                assertEquals(contentOf(file.source()), stored(file));
            }
        }

        private String stored(Evidence.File file) {
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            try {
                archive().copyTo(content, file, cluster.time.in(LONG));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return content.toString(UTF_8);
        }

        Archives archives(SnapshotStore in) {
            Archives.Format small = new Archives.Format(StoredArchive.Compression.NONE, 1, 0, 10, 2);
            return new Archives(in, small, Keyring.NONE, Runnable::run, new Pace(Optional.empty(), cluster.time, cluster.time), cluster.time, new Random(1));
        }

        private EvidenceArchive archive() {
            return new EvidenceArchive(archives(store), new LocalDisk(), volume.dataDirectory());
        }
    }

    @Test
    void theOldPrimaryIsArchivedMadeAnewAndFollows() {
        assertEquals("Diverged", story.old.health().decision());
        Outcome outcome = story.rebuild();
        assertTrue(outcome.isDone(), outcome.toString());
        story.evidenceIsWhole();
        assertTrue(story.dataIsThere(), "it is discarded by preStart only");
        assertEquals(Optional.empty(), story.old.state.mysqldStart());
        assertEquals("Rebuild", story.old.health().decision());
        assertTrue(story.startMysqld(new KillSwitch(Long.MAX_VALUE)).orElseThrow().isDone());
        assertFalse(story.dataIsThere());
        assertEquals(Optional.empty(), story.old.state.discarded());
        story.cluster.rounds(2);
        assertTrue(story.old.server.replicates());
        assertEquals(NEW_UUID, story.old.server.uuid());
        assertFalse(story.old.server.executed().contains(story.errant));
        assertEquals("Serve", story.old.health().decision());
        assertEquals("Nothing", story.rebuild().decision());
        assertFalse(story.old.state.diverged());
    }

    @Test
    void onlyTheBinaryLogsThatHoldErrantTransactionsAreKept() {
        story.rebuild();
        // The first run of this server has all it ever wrote; the second one, after its fall, wrote nothing.
        assertEquals(List.of("binlog.000001"), story.evidence().getFirst().files().stream().map(Evidence.File::source).toList());
    }

    @Test
    void whatAnAsynchronousPrimaryHadAcknowledgedIsCalledLost() {
        story.rebuild();
        Evidence.Fate fate = story.evidence().getFirst().fate();
        assertEquals(story.errant, fate.lost());
        assertTrue(fate.stray().isEmpty());
    }

    @Test
    void whateverStepARebuildIsKilledAtNothingIsThrownAwayUnreadAndTheNextRunsFinishIt() {
        boolean killed = true;
        int steps = 0;
        while (killed) {
            Story each = new Story(directory.resolve("kill-" + steps));
            each.old.health();
            KillSwitch kill = new KillSwitch(steps);
            killed = isKilled(each, kill);
            if (!each.dataIsThere()) {
                each.evidenceIsWhole();
            }
            finish(each);
            each.evidenceIsWhole();
            steps++;
        }
        assertTrue(steps > 50, steps + " steps");
    }

    private static boolean isKilled(Story each, KillSwitch kill) {
        try {
            each.rebuild(kill, true);
            each.startMysqld(kill);
            return kill.fired();
        } catch (KillSwitch.Killed e) {
            return true;
        }
    }

    /** What the loop, the supervisor and the health job do afterwards, again and again. */
    private static void finish(Story each) {
        for (int round = 0; round < 6; round++) {
            if (each.old.state.mysqldStart().isEmpty()) {
                each.startMysqld(new KillSwitch(Long.MAX_VALUE));
            }
            each.cluster.rounds(1);
            if (each.old.state.diverged()) {
                each.rebuild();
            }
        }
        assertTrue(each.old.server.replicates(), () -> each.old.health().toString());
        assertEquals(NEW_UUID, each.old.server.uuid());
        assertEquals(Optional.empty(), each.old.state.discarded());
        assertFalse(each.dataIsThere());
    }

    @Test
    void byPolicyTheNodeStaysOutWithItsDataAndItsEvidence() {
        Story stop = new Story(directory.resolve("stop"), "ERRANT_POLICY", "stop");
        stop.old.health();
        Outcome outcome = stop.rebuild();
        assertEquals(Outcome.Status.NOT_HEALTHY, outcome.status());
        assertTrue(outcome.reason().text().contains("ERRANT_POLICY=stop"), outcome.toString());
        stop.evidenceIsWhole();
        assertTrue(stop.old.state.mysqldStart().isPresent());
        assertEquals("Diverged", stop.old.health().decision());
        String note = stop.status().nodes().getFirst().note();
        assertTrue(note.contains(stop.evidence().getFirst().id()), note);
        assertTrue(stop.rebuild(new KillSwitch(Long.MAX_VALUE), false).isDone());
        assertTrue(stop.old.state.discarded().isPresent());
    }

    @Test
    void whenTheArchiveFailsNothingIsGivenUpAndItIsSaidWhy() throws IOException {
        Files.delete(directory.resolve("story/snapshots"));
        Outcome outcome = story.rebuild();
        assertEquals(Outcome.Status.NOT_HEALTHY, outcome.status());
        assertTrue(outcome.reason().text().startsWith("nothing is rebuilt: "), outcome.toString());
        assertTrue(outcome.reason().text().contains("snapshots"), outcome.toString());
        assertEquals(Optional.empty(), story.old.state.discarded());
        assertTrue(story.old.state.mysqldStart().isPresent());
        assertEquals(List.of(), story.evidence());
    }

    @Test
    void anArchiveThatGivesBackSomethingElseIsAFailedOne() {
        SnapshotStore lying = (SnapshotStore) Proxy.newProxyInstance(
                SnapshotStore.class.getClassLoader(),
                new Class<?>[] {SnapshotStore.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "within" -> proxy;
                    case "deleteAll" -> null;
                    case "get" -> Optional.of("x".repeat((int) arguments[1]).getBytes(UTF_8));
                    default -> method.invoke(story.store, arguments);
                });
        EvidenceArchive archive = new EvidenceArchive(story.archives(lying), new LocalDisk(), story.volume.dataDirectory());
        Outcome outcome =
                new Rebuild(story.old.node, story.old.ports, story.snapshots, archive, true, false).run(story.cluster.time.in(LONG));
        assertTrue(outcome.reason().text().contains("gives back something else"), outcome.toString());
        assertEquals(Optional.empty(), story.old.state.discarded());
        assertEquals(List.of(), story.evidence());
    }

    @Test
    void aChangeOfThePrimaryIsNotWaitedForByANodeThatCantFollow() {
        FakeNode old = story.old;
        Duration began = story.cluster.time.uptime();
        Outcome outcome = new OnChange(old.node, old.ports, deadline -> old.health(), false).run(story.cluster.time.in(LONG));
        assertEquals("Diverged", outcome.decision());
        assertEquals(began, story.cluster.time.uptime());
    }

    @Test
    void aBinaryLogThatCantBeReadIsAFailedArchiveToo() throws IOException {
        Files.delete(story.volume.dataDirectory().resolve("binlog.000001"));
        Outcome outcome = story.rebuild();
        assertTrue(outcome.reason().text().contains("binlog.000001"), outcome.toString());
        assertEquals(Optional.empty(), story.old.state.discarded());
    }

    @Test
    void anArchiveThatWasDamagedSinceIsMadeAgain() throws IOException {
        story.rebuild();
        Evidence kept = story.evidence().getFirst();
        Files.writeString(Path.of(kept.place()).resolve(kept.files().getFirst().archive().name() + "/00001"), "x");
        assertEquals(Optional.empty(), story.archive().find(kept.id(), story.cluster.time.in(LONG)));
        story.old.state.deleteDiscarded();
        story.old.startMysqld();
        assertTrue(story.rebuild().isDone());
        story.evidenceIsWhole();
    }

    @Test
    void whatLiesInTheRelayLogsOnlyIsKeptWithAllOfThem() {
        write(story.volume.dataDirectory().resolve("relay.000003"), story.contentOf("relay.000003"));
        write(story.volume.dataDirectory().resolve("relay.index"), "no log");
        FakeNode stranger = story.cluster.add("db9");
        stranger.server.errantWrite();
        story.old.server.receiveOnly(stranger.server);
        story.rebuild();
        Evidence kept = story.evidence().getFirst();
        assertEquals(stranger.server.executed(), kept.fate().stray());
        assertTrue(kept.files().stream().anyMatch(file -> file.source().equals("relay.000003")), kept.toString());
        assertFalse(kept.files().stream().anyMatch(file -> file.source().equals("relay.index")), kept.toString());
    }

    @Test
    void withoutASnapshotThatWillDoOneIsAskedForAndNothingIsGivenUp() {
        story.snapshots.hold("s2", FakeCluster.UUID, story.primary.server.executed().union(story.errant));
        Outcome outcome = story.rebuild();
        assertEquals(Outcome.Status.TRY_LATER, outcome.status());
        assertTrue(outcome.reason().text().contains("a new snapshot is asked for"), outcome.toString());
        assertEquals("db0", story.wish().orElseThrow().node());
        assertEquals(Optional.empty(), story.old.state.discarded());
        assertTrue(story.rebuild().reason().text().contains("not there yet"));
        story.snapshots.hold("s3", FakeCluster.UUID, story.primary.server.executed());
        assertTrue(story.rebuild().isDone());
        assertEquals(Optional.empty(), story.wish());
    }

    @Test
    void aNodeThatIsMadeAnewWaitsForASnapshotThatIsNotFarBehind() {
        assertTrue(story.rebuild().isDone());
        story.old.killMysqld();
        for (int write = 0; write < 30_000; write++) {
            story.primary.server.errantWrite();
        }
        story.cluster.time.meanwhile(
                () -> story.wish().ifPresent(wish -> story.snapshots.hold("s2", FakeCluster.UUID, story.primary.server.executed())));
        assertTrue(story.startMysqld(new KillSwitch(Long.MAX_VALUE)).orElseThrow().isDone());
        assertEquals(Optional.of(story.primary.server.executed()), story.old.state.restoredGtids());
    }

    @Test
    void whenThePrimaryIsGoneNothingIsGivenUp() {
        story.primary.killContainer();
        assertEquals("Wait", story.rebuild().decision());
        assertEquals(Optional.empty(), story.old.state.discarded());
    }

    @Test
    void dataThatIsGivenUpIsKeptWhileNoPrimaryIsThere() {
        story.rebuild();
        story.primary.killContainer();
        Outcome outcome = story.startMysqld(new KillSwitch(Long.MAX_VALUE)).orElseThrow();
        assertEquals(Outcome.Status.TRY_LATER, outcome.status());
        assertTrue(outcome.reason().text().contains("established primary"), outcome.toString());
        assertTrue(story.dataIsThere());
    }

    @Test
    void nothingIsDoneWhileTheClusterIsPaused() {
        ClusterConfig.Pause pause = new ClusterConfig.Pause("db1", "", Instant.EPOCH, Optional.empty());
        Deadline soon = story.cluster.time.in(Duration.ofSeconds(1));
        ClusterKeys keys = new ClusterKeys(story.primary.node, story.cluster.consul);
        assertTrue(keys.writeConfig(ClusterConfig.EMPTY.paused(pause), keys.config(soon).index(), soon));
        assertTrue(story.rebuild().reason().text().contains("paused"));
        assertEquals(List.of(), story.evidence());
    }

    @Test
    void aServerWhoseAcknowledgementsMayStillCountIsArchivedAndNotGivenUp() {
        Deadline soon = story.cluster.time.in(Duration.ofSeconds(1));
        Indexed<Durability> now = new ClusterKeys(story.primary.node, story.cluster.consul).durability(soon).orElseThrow();
        Durability leaving = now.value().withNext(now.value().proven(), Set.of(story.old.server.uuid()));
        story.cluster.consul.cas(story.primary.node.durabilityKey(), ClusterRecords.write(leaving), now.index(), soon);
        Outcome outcome = story.rebuild();
        assertEquals(Outcome.Status.TRY_LATER, outcome.status());
        assertTrue(outcome.reason().text().contains("ack set"), outcome.toString());
        assertEquals(Optional.empty(), story.old.state.discarded());
        story.evidenceIsWhole();
    }

    @Test
    void theNodeIsInNoServiceBeforeItsDataIsCopied() {
        Outcome served = story.primary.health();
        assertTrue(served.isDone());
        story.rebuild();
        assertTrue(story.cluster.consul.instances("mysql", story.cluster.time.in(Duration.ofSeconds(1))).stream()
                .noneMatch(i -> i.id().endsWith("db0")));
    }

    @Test
    void aReplicaThatMissedWhatThePrimaryHasPurgedIsMadeAnewWithoutEvidence() {
        FakeNode late = story.cluster.add("db2");
        late.server.copyFrom(story.primary.server);
        story.cluster.rounds(1);
        late.killContainer();
        story.primary.server.clientWrites();
        story.primary.server.purgeBinlogs();
        story.snapshots.hold("s2", FakeCluster.UUID, story.primary.server.executed());
        late.restartContainer();
        Outcome health = late.health();
        assertEquals("Diverged", health.decision());
        assertTrue(health.reason().text().contains("purged"), health.toString());
        assertFalse(late.server.replicates());
        Path data = made(directory.resolve("late/data"));
        EvidenceArchive archive = new EvidenceArchive(story.archives(story.store), new LocalDisk(), data);
        Outcome outcome = new Rebuild(late.node, late.ports, story.snapshots, archive, true, false).run(story.cluster.time.in(LONG));
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(Optional.empty(), late.state.discarded().orElseThrow().evidence());
        assertEquals(List.of(), story.evidence());
    }

    @Test
    void aDryRunSaysTheNextStepAndTakesNone() {
        EvidenceArchive archive = story.archive();
        Outcome outcome =
                new Rebuild(story.old.node, story.old.ports, story.snapshots, archive, true, true).run(story.cluster.time.in(LONG));
        assertEquals("Archive", outcome.decision());
        assertEquals(List.of(), story.evidence());
        assertNotEquals(Optional.empty(), story.old.state.mysqldStart());
    }

    @Test
    void aNodeWithTransactionsThatHistoryWentOnWithoutHoldsNoTakeOverUp() {
        Story stop = new Story(directory.resolve("stop"), "ERRANT_POLICY", "stop");
        FakeNode replica = stop.cluster.add("db2");
        replica.server.copyFrom(stop.primary.server);
        stop.cluster.rounds(2);
        stop.rebuild();
        stop.primary.server.clientWrites();
        stop.cluster.rounds(1);
        stop.primary.killMysqld();
        stop.primary.health();
        Outcome outcome = replica.health();
        assertTrue(outcome.isDone(), outcome.toString());
        assertEquals(List.of(replica), stop.cluster.writable());
        assertFalse(stop.old.server.replicates());
    }

    private static Path made(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
