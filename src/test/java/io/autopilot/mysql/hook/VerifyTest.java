package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.disk.LocalDisk;
import io.autopilot.mysql.adapter.mysqld.DirectoryVolume;
import io.autopilot.mysql.adapter.store.LocalStore;
import io.autopilot.mysql.core.Drill;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Keyring;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.core.SnapshotPointer;
import io.autopilot.mysql.core.SnapshotRetention;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeEngine;
import io.autopilot.mysql.fake.FakeRepeater;
import io.autopilot.mysql.fake.FakeScratch;
import io.autopilot.mysql.port.DataVolume;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.ScratchServer.Findings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drills over a real store and a real volume, with a fake server on what was restored. */
class VerifyTest {
    private static final MysqlVersion SERVER = MysqlVersion.parse("9.7.4");
    private static final Duration LONG = Duration.ofMinutes(10);

    @TempDir
    Path directory;

    private final FakeEngine engine = new FakeEngine(new byte[300_000]);
    private FakeCluster cluster;
    private FakeCluster.FakeNode node;
    private FakeScratch scratch;
    private Archives archives;
    private Path storage;
    private Path volume;
    private SnapshotPointer snapshot;

    @BeforeEach
    void aSnapshot() throws IOException {
        cluster = new FakeCluster(directory);
        node = cluster.add("db1", "VERIFY_SQL", "SELECT 1");
        node.server.errantWrite();
        cluster.rounds(2);
        storage = Files.createDirectories(directory.resolve("storage"));
        volume = Files.createDirectories(directory.resolve("volume"));
        archives = new Archives(
                new LocalStore(storage, "mysql"),
                new Archives.Format(StoredArchive.Compression.ZSTD, 3, 0, 70_000, 3),
                Keyring.NONE,
                Runnable::run,
                new Pace(Optional.empty(), cluster.time, cluster.time),
                cluster.time,
                new Random(1));
        snapshot = take();
        scratch = new FakeScratch(node.server.executed());
        answers("1");
    }

    private SnapshotPointer take() {
        SnapshotLock lock = new SnapshotLock(node.node, cluster.consul, new FakeRepeater(), cluster.time);
        SnapshotTaker taker = new SnapshotTaker(node.node, node.ports, archives, List.of(engine), new Random());
        try (SnapshotLock.Held held = assertInstanceOf(SnapshotLock.Result.Taken.class, lock.tryTake(soon())).lock();
                Mysql mysql = node.ports.servers().connectLocal(soon())) {
            return taker.take(held, mysql, FakeCluster.UUID, 1, soon());
        }
    }

    private Deadline soon() {
        return cluster.time.in(LONG);
    }

    private void answers(String answer) {
        scratch.findings = new Findings(scratch.findings.executed(), 40, List.of(), Optional.of(answer));
    }

    private SnapshotLock lock() {
        return SnapshotLock.forDrills(node.node, cluster.consul, new FakeRepeater(), cluster.time);
    }

    private Outcome verify() {
        return verify(Optional.empty(), false);
    }

    private Outcome verify(Optional<SnapshotId> id, boolean onlyIfDue) {
        DataVolume own = new DirectoryVolume(volume, directory.resolve("my.cnf"), Optional.empty());
        SnapshotRestorer restorer = new SnapshotRestorer(archives, List.of(engine), SERVER, new LocalDisk());
        Verify.Parts parts = new Verify.Parts(archives, restorer, own, scratch, SERVER);
        return new Verify(node.node, node.ports, lock(), parts, new Verify.Order(id, onlyIfDue)).run(soon());
    }

    private Drill kept() {
        return new Drills(archives.store()).last(soon()).get(snapshot.id());
    }

    private void fails(String why) {
        Outcome outcome = verify();
        assertEquals(Outcome.Status.NOT_HEALTHY, outcome.status());
        assertEquals("snapshot " + snapshot.id() + " is no good: " + why, outcome.reason().text().replaceAll(snapshot.id() + "\\.", "ID."));
        assertTrue(kept().failure().orElseThrow().text().endsWith(why.substring(why.lastIndexOf(' '))), kept().toString());
        nothingIsLeft();
    }

    private void nothingIsLeft() {
        try (Stream<Path> left = Files.list(volume)) {
            assertEquals(List.of(), left.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aGoodSnapshotIsSaidToBeGoodInTheStoreAndInTheStatus() {
        assertEquals("snapshot " + snapshot.id() + " was restored and is good: 40 tables checked, 0 s", verify().reason().text());
        assertTrue(kept().passed());
        assertEquals(Optional.of(kept()), node.status().lastDrill());
        nothingIsLeft();
    }

    @Test
    void aTableThatIsBrokenIsNamed() {
        scratch.findings = new Findings(scratch.findings.executed(), 40, List.of("shop.orders: Corrupt"), Optional.of("1"));
        fails("shop.orders: Corrupt");
        assertEquals(kept().failure(), node.status().lastDrill().orElseThrow().failure());
    }

    @Test
    void otherTransactionsThanTheManifestSaysAreNoGood() {
        GtidSet lacking = GtidSet.EMPTY;
        scratch.findings = new Findings(Optional.of(lacking), 40, List.of(), Optional.of("1"));
        fails("it holds " + lacking + ", and its manifest says " + node.server.executed());
    }

    @Test
    void theOperatorsQuestionHasToBeAnsweredWithYes() {
        answers("0");
        fails("VERIFY_SQL gave '0' instead of 1");
    }

    @Test
    void aServerThatDoesNotStartOnItProvesThatItIsNoGood() {
        scratch.starts = false;
        fails("the server on the copy doesn't start: status 1");
    }

    @Test
    void aPartThatWasAlteredIsNamed() throws IOException {
        Path part = storage.resolve("mysql/" + snapshot.id() + ".fake.zst/" + StoredArchive.objectName(0));
        byte[] content = Files.readAllBytes(part);
        content[content.length / 2] ^= 1;
        Files.write(part, content);
        Outcome outcome = verify();
        assertTrue(outcome.reason().text().contains(StoredArchive.objectName(0)), outcome.toString());
        assertFalse(kept().passed());
        nothingIsLeft();
    }

    @Test
    void whatAKilledDrillLeftIsRemovedByTheNext() throws IOException {
        Files.writeString(Files.createDirectories(volume.resolve("tmp-drill")).resolve("ibdata1"), "half");
        assertTrue(verify().isDone());
        nothingIsLeft();
    }

    @Test
    void whoIsVerifyingIsSaidAndNothingElseIsDone() {
        try (SnapshotLock.Held held = assertInstanceOf(SnapshotLock.Result.Taken.class, lock().tryTake(soon())).lock()) {
            held.ensureHeld(soon());
            Outcome outcome = verify();
            assertEquals(Outcome.Status.TRY_LATER, outcome.status());
            assertEquals("db1 is verifying a snapshot", outcome.reason().text());
        }
    }

    @Test
    void anUnknownSnapshotIsRefused() {
        Outcome outcome = verify(Optional.of(new SnapshotId("s9")), false);
        assertEquals(Outcome.Status.REFUSED, outcome.status());
        assertTrue(outcome.reason().text().contains("has no snapshot s9"), outcome.toString());
    }

    @Test
    void byItselfNothingIsVerifiedUnlessVerifyTtlIsSet() {
        assertEquals("VERIFY_TTL is not set", verify(Optional.empty(), true).reason().text());
        assertEquals(Outcome.Status.NO, Verify.question(node.node, node.ports).run(soon()).status());
    }

    @Test
    void whatWasFoundGoesWithItsSnapshot() {
        assertTrue(verify().isDone());
        SnapshotPointer first = snapshot;
        cluster.time.sleep(Duration.ofSeconds(2));
        snapshot = take();
        assertTrue(verify().isDone());
        Pruning pruning = new Pruning(archives, new SnapshotRetention(1, Optional.empty(), 1));
        pruning.remove(pruning.due(FakeCluster.UUID, node.ports.clock().instant(), soon()), soon());
        assertEquals(List.of(snapshot.id()), List.copyOf(new Drills(archives.store()).last(soon()).keySet()));
        assertFalse(first.id().equals(snapshot.id()));
    }
}
