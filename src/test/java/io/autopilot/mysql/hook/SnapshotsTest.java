package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.disk.LocalDisk;
import io.autopilot.mysql.adapter.store.LocalStore;
import io.autopilot.mysql.core.CatchUp;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Keyring;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotChoice;
import io.autopilot.mysql.core.SnapshotPointer;
import io.autopilot.mysql.core.SnapshotRecords;
import io.autopilot.mysql.core.SnapshotRetention;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeEngine;
import io.autopilot.mysql.fake.FakeRepeater;
import io.autopilot.mysql.fake.FullDisk;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Disk;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.SnapshotEngine;
import io.autopilot.mysql.port.SnapshotException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Taking and restoring over a real directory, with an engine that can fail at every point. */
class SnapshotsTest {
    private static final byte[] DATA = new byte[300_000];
    private static final int PART = 70_000;

    static {
        new Random(3).nextBytes(DATA);
    }

    @TempDir
    Path directory;

    private final FakeEngine engine = new FakeEngine(DATA);
    private FakeCluster cluster;
    private FakeCluster.FakeNode node;
    private Path storage;
    private Path target;
    private Disk disk = new LocalDisk();
    private Keyring keys = Keyring.NONE;

    @BeforeEach
    void oneNode() throws IOException {
        cluster = new FakeCluster(directory);
        node = cluster.add("db1");
        node.server.errantWrite();
        storage = Files.createDirectories(directory.resolve("storage"));
        target = Files.createDirectories(directory.resolve("target"));
    }

    private LocalStore store() {
        return new LocalStore(storage, "mysql");
    }

    /** Small parts, so that there are many. */
    private Archives archives() {
        return new Archives(
                store(), new Archives.Format(StoredArchive.Compression.ZSTD, 3, 0, PART, 3), keys, Runnable::run, new Pace(Optional.empty(), cluster.time, cluster.time), cluster.time, new Random(1));
    }

    private Deadline soon() {
        return cluster.time.in(Duration.ofMinutes(10));
    }

    private SnapshotLock.Held lock() {
        SnapshotLock lock = new SnapshotLock(node.node, cluster.consul, new FakeRepeater(), cluster.time);
        return assertInstanceOf(SnapshotLock.Result.Taken.class, lock.tryTake(soon())).lock();
    }

    private SnapshotPointer take(SnapshotEngine... engines) {
        return take("c1", engines);
    }

    private SnapshotPointer take(String clusterUuid, SnapshotEngine... engines) {
        SnapshotTaker taker = new SnapshotTaker(node.node, node.ports, archives(), List.of(engines), new Random());
        try (SnapshotLock.Held lock = lock();
                Mysql mysql = node.ports.servers().connectLocal(soon())) {
            return taker.take(lock, mysql, clusterUuid, 4, soon());
        }
    }

    private SnapshotRestorer restorer(String version) {
        return new SnapshotRestorer(archives(), List.of(engine), MysqlVersion.parse(version), disk);
    }

    private RestoreResult restore(SnapshotPointer pointer) {
        return restorer("9.7.4").restore(pointer.id(), target, soon());
    }

    private void refused(SnapshotPointer pointer, String reason) throws IOException {
        RestoreResult.Refused refused = assertInstanceOf(RestoreResult.Refused.class, restore(pointer));
        assertEquals(
                "snapshot " + pointer.id() + ": " + reason,
                refused.reason().text().replace(pointer.id() + ".", "ID."));
        assertEquals(List.of(), files(target));
    }

    private static List<String> files(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private List<String> stored() throws IOException {
        return files(storage.resolve("mysql"));
    }

    private Path part(SnapshotPointer pointer, int number) {
        return storage.resolve("mysql/" + pointer.id() + ".fake.zst/0000" + number);
    }

    private Path manifest(SnapshotPointer pointer) {
        return storage.resolve("mysql/" + pointer.id().manifestName());
    }

    private Optional<SnapshotPointer> pointed() {
        return cluster.consul
                .get("mysql-last-backup", soon())
                .map(e -> SnapshotRecords.readPointer(e.key(), e.value()));
    }

    @Test
    void restoresWhatWasTaken() throws IOException {
        SnapshotPointer pointer = take(engine);
        assertEquals(Optional.of(pointer), pointed());
        RestoreResult.Done done = assertInstanceOf(RestoreResult.Done.class, restore(pointer));
        assertArrayEquals(DATA, Files.readAllBytes(target.resolve("data")));
        assertEquals(List.of("data", "prepared"), files(target), "a new server_uuid: no auto.cnf");
        assertEquals(new GtidRange.Exact(node.server.executed()), done.manifest().gtids());
        assertEquals("c1", done.manifest().clusterUuid());
        assertEquals(4, done.manifest().term());
        assertEquals(DATA.length, done.manifest().archive().contentBytes());
        assertEquals(Optional.empty(), done.gtidsToSet());
    }

    @Test
    void saysTheGtidsThatHaveToBeSetByHand() {
        engine.gtidsMustBeSet = true;
        RestoreResult.Done done = assertInstanceOf(RestoreResult.Done.class, restore(take(engine)));
        assertEquals(Optional.of(node.server.executed()), done.gtidsToSet());
        assertNotEquals(GtidSet.EMPTY, node.server.executed());
    }

    @Test
    void theFirstEngineThatCanIsUsedAndTheReasonsAreTold() throws IOException {
        FakeEngine unable = new FakeEngine(DATA);
        unable.whyNot = Optional.of(new Reason("no such program"));
        SnapshotException failure = assertThrows(SnapshotException.class, () -> take(unable));
        assertEquals("no engine can take a snapshot of MySQL 9.7.4 here: fake: no such program", failure.getMessage());
        assertEquals(List.of(), stored());
        take(unable, engine);
        assertEquals(2, stored().size());
    }

    @Test
    void aToolThatFailsAfterItsLastByteLeavesNothing() throws IOException {
        engine.judged = () -> {
            throw new SnapshotException("status 1: Access denied");
        };
        assertThrows(SnapshotException.class, () -> take(engine));
        assertEquals(List.of(), stored());
        assertEquals(Optional.empty(), pointed());
    }

    @Test
    void nothingIsToBeSeenWhileItIsBeingTaken() {
        engine.halfWay = () -> {
            assertEquals(List.of(), new SnapshotCatalogue(archives()).read(soon()));
            assertEquals(Optional.empty(), pointed());
        };
        take(engine);
    }

    @Test
    void aRunThatLostItsLockPublishesNothing() throws IOException {
        engine.judged = () -> cluster.time.sleep(Duration.ofMinutes(1));
        SnapshotException failure = assertThrows(SnapshotException.class, () -> take(engine));
        assertEquals("the snapshot lock mysql-backup-running was lost during the run", failure.getMessage());
        assertEquals(List.of(), stored());
        assertEquals(Optional.empty(), pointed());
    }

    @Test
    void withoutConsulAtTheEndNothingIsLeft() throws IOException {
        engine.judged = () -> cluster.consul.setReachable(false);
        assertThrows(ConsulException.class, () -> take(engine));
        assertEquals(List.of(), stored());
    }

    @Test
    void theNextRunRemovesWhatAKilledOneLeft() throws IOException {
        SnapshotPointer good = take(engine);
        Path place = storage.resolve("mysql");
        Files.writeString(place.resolve(".killed.manifest.json.unfinished"), "half");
        Files.writeString(Files.createDirectory(place.resolve("killed.fake.zst")).resolve("00001"), "without a manifest");
        Files.writeString(place.resolve("killed.fake.zst/.00002.unfinished"), "half");
        Files.writeString(Files.createDirectory(place.resolve("uncompressed.fake")).resolve("00001"), "without a manifest");
        Files.createDirectory(place.resolve("evidence"));
        Files.writeString(place.resolve("README"), "somebody's own file");
        SnapshotPointer next = take(engine);
        assertEquals(2, engine.leftoversRemoved);
        assertEquals(
                Stream.of(
                                "README",
                                "evidence",
                                good.id() + ".fake.zst",
                                good.id().manifestName(),
                                next.id() + ".fake.zst",
                                next.id().manifestName())
                        .sorted()
                        .toList(),
                stored());
    }

    @Test
    void whatASnapshotLacksAndHowLongItTookIsKnownBeforeItIsRestored() {
        engine.halfWay = () -> cluster.time.sleep(Duration.ofSeconds(7));
        SnapshotPointer pointer = take(engine);
        node.server.errantWrite();
        node.server.errantWrite();
        CatchUp primary = new CatchUp(node.server.executed(), GtidSet.EMPTY, node.server.uuid());
        assertEquals(
                new SnapshotChoice.Fits(pointer.id().text(), 2, pointer.at(), Duration.ofSeconds(7)),
                new StoredSnapshots(node.node, cluster.consul, archives(), restorer("9.7.4")).choose("c1", primary, soon()));
    }

    private List<String> ids() {
        return new SnapshotCatalogue(archives()).read(soon()).stream().map(entry -> entry.id().text()).sorted().toList();
    }

    private static List<String> ids(SnapshotPointer... pointers) {
        return Stream.of(pointers).map(pointer -> pointer.id().text()).sorted().toList();
    }

    @Test
    void aSnapshotThatWasTakenRemovesThoseThatHaveHadTheirTimeAndNoneOfAnotherCluster() throws IOException {
        node = cluster.add("db2", "SNAPSHOT_KEEP", "2");
        SnapshotPointer foreign = take("of a cluster before", engine);
        cluster.time.sleep(Duration.ofHours(1));
        SnapshotPointer one = take(engine);
        cluster.time.sleep(Duration.ofHours(1));
        SnapshotPointer two = take(engine);
        assertEquals(ids(foreign, one, two), ids());
        cluster.time.sleep(Duration.ofHours(1));
        engine.judged = () -> {
            throw new SnapshotException("status 1");
        };
        assertThrows(SnapshotException.class, () -> take(engine));
        assertEquals(ids(foreign, one, two), ids(), "one that failed is no reason to remove another");
        engine.judged = () -> {};
        SnapshotPointer three = take(engine);
        assertEquals(ids(foreign, two, three), ids());
        assertEquals(6, stored().size(), "and its parts");
    }

    @Test
    void anOperatorSeesWhatWouldGoAndThenHasItGo() throws IOException {
        SnapshotPointer one = take(engine);
        cluster.time.sleep(Duration.ofHours(1));
        SnapshotPointer two = take(engine);
        assertTrue(cluster.consul.cas(node.node.initializedKey(), "c1", 0, soon()));
        SnapshotLock lock = new SnapshotLock(node.node, cluster.consul, new FakeRepeater(), cluster.time);
        Pruning pruning = new Pruning(archives(), new SnapshotRetention(1, Optional.empty(), 1));
        Outcome told = new Prune(node.node, node.ports, lock, pruning, true).run(soon());
        assertEquals(one.id() + " (1 newer ones are kept)", told.reason().text());
        assertEquals(ids(one, two), ids());
        try (SnapshotLock.Held other = lock()) {
            assertEquals(Outcome.Status.TRY_LATER, new Prune(node.node, node.ports, lock, pruning, false).run(soon()).status());
        }
        assertEquals(ids(one, two), ids());
        assertTrue(new Prune(node.node, node.ports, lock, pruning, false).run(soon()).isDone());
        assertEquals(ids(two), ids());
    }

    @Test
    void anAlteredByteOfAnyPartIsRefused() throws IOException {
        SnapshotPointer pointer = take(engine);
        for (int number = 1; number <= 5; number++) {
            byte[] sound = Files.readAllBytes(part(pointer, number));
            byte[] bytes = sound.clone();
            bytes[bytes.length / 2] ^= 1;
            Files.write(part(pointer, number), bytes);
            refused(pointer, "ID.fake.zst/0000" + number + " is damaged: its " + bytes.length + " bytes don't have the hash that the manifest says");
            Files.write(part(pointer, number), sound);
        }
        assertInstanceOf(RestoreResult.Done.class, restore(pointer));
    }

    @Test
    void aTruncatedPartIsRefusedBeforeAnythingIsWritten() throws IOException {
        SnapshotPointer pointer = take(engine);
        byte[] bytes = Files.readAllBytes(part(pointer, 2));
        Files.write(part(pointer, 2), java.util.Arrays.copyOf(bytes, bytes.length - 1));
        refused(pointer, "ID.fake.zst/00002 has " + (bytes.length - 1) + " bytes instead of " + bytes.length);
    }

    @Test
    void aMissingPartIsRefused() throws IOException {
        SnapshotPointer pointer = take(engine);
        Files.delete(part(pointer, 5));
        refused(pointer, "ID.fake.zst/00005 is missing");
    }

    @Test
    void partsThatHaveChangedPlacesAreRefused() throws IOException {
        SnapshotPointer pointer = take(engine);
        byte[] one = Files.readAllBytes(part(pointer, 1));
        Files.move(part(pointer, 2), part(pointer, 1), StandardCopyOption.REPLACE_EXISTING);
        Files.write(part(pointer, 2), one);
        refused(pointer, "ID.fake.zst/00001 is damaged: its " + PART + " bytes don't have the hash that the manifest says");
    }

    @Test
    void aSwappedManifestIsRefused() throws IOException {
        SnapshotPointer one = take(engine);
        SnapshotPointer two = take(engine);
        Files.copy(manifest(two), manifest(one), StandardCopyOption.REPLACE_EXISTING);
        refused(one, "ID.manifest.json: describes the snapshot " + two.id());
    }

    @Test
    void partsOfAnotherSnapshotAreRefused() throws IOException {
        SnapshotPointer one = take(engine);
        byte[] other = DATA.clone();
        other[7] ^= 1;
        SnapshotPointer two = take(new FakeEngine(other));
        Files.copy(part(two, 1), part(one, 1), StandardCopyOption.REPLACE_EXISTING);
        refused(one, "ID.fake.zst/00001 is damaged: its " + PART + " bytes don't have the hash that the manifest says");
    }

    @Test
    void anotherServersSeriesIsRefusedBeforeAnythingIsWritten() throws IOException {
        SnapshotPointer pointer = take(engine);
        RestoreResult.Refused refused = assertInstanceOf(
                RestoreResult.Refused.class, restorer("8.0.33").restore(pointer.id(), target, soon()));
        assertTrue(refused.reason().text().endsWith("is of MySQL 9.7.4 and this server is 8.0.33: another series"));
        assertEquals(List.of(), files(target));
    }

    @Test
    void aFullDiskIsSaidBeforeItStarts() throws IOException {
        disk = new FullDisk(new LocalDisk(), 1000);
        SnapshotPointer pointer = take(engine);
        long needed = DATA.length + DATA.length / 20 + (64L << 20);
        refused(pointer, "no room at " + target + ": " + needed + " bytes are needed, 1000 are free");
    }

    @Test
    void aDirectoryWithFilesInItIsLeftAsItIs() throws IOException {
        SnapshotPointer pointer = take(engine);
        Files.writeString(target.resolve("precious"), "data");
        assertThrows(SnapshotException.class, () -> restore(pointer));
        assertEquals(List.of("precious"), files(target));
    }

    @Test
    void aToolThatFailsToPrepareLeavesTheDirectoryEmpty() throws IOException {
        SnapshotPointer pointer = take(engine);
        engine.prepareFails = true;
        assertThrows(SnapshotException.class, () -> restore(pointer));
        assertEquals(List.of(), files(target));
    }
}
