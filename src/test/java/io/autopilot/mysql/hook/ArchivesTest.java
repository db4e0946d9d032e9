package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.store.LocalStore;
import io.autopilot.mysql.core.EncryptionKey;
import io.autopilot.mysql.core.Keyring;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.core.StoredArchive.Compression;
import io.autopilot.mysql.fake.VirtualTime;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over a real directory. */
@Timeout(60)
class ArchivesTest {
    private static final int PART = 1000;
    private static final String NAME = "snapshot-1.tar";
    private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

    @TempDir
    Path storage;

    private final VirtualTime time = new VirtualTime();
    private final Random random = new Random(5);
    private LocalStore store;

    @BeforeEach
    void open() {
        store = new LocalStore(storage, "mysql");
    }

    private static EncryptionKey key(int n) {
        byte[] bytes = new byte[EncryptionKey.BYTES];
        bytes[0] = (byte) n;
        return new EncryptionKey(bytes);
    }

    private Archives archives(SnapshotStore in, Compression compression, EncryptionKey... keys) {
        return new Archives(
                in, new Archives.Format(compression, 3, 0, PART, 3), new Keyring(List.of(keys)), THREADS, new Pace(Optional.empty(), time, time), time, random);
    }

    private Deadline soon() {
        return time.in(Duration.ofMinutes(1));
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private StoredArchive put(Archives archives, byte[] content) throws IOException {
        return archives.put(NAME, archives.unwatched(), out -> out.write(content), soon());
    }

    private byte[] read(Archives archives, StoredArchive archive) throws IOException {
        try (Archives.Opened opened = archives.open(archive, soon())) {
            return opened.content().readAllBytes();
        }
    }

    private Path part(int number) {
        return storage.resolve("mysql/" + NAME + "/0000" + number);
    }

    /** What is wrong, in the words of a restore; nothing but it is given out. */
    private String damage(Archives archives, StoredArchive archive) throws IOException {
        try (Archives.Opened opened = archives.open(archive, soon())) {
            assertThrows(IOException.class, () -> opened.content().readAllBytes());
            return opened.parts().damage().orElseThrow().text();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PART - 1, PART, PART + 1, 2 * PART, 7 * PART + 13})
    void givesBackWhatWasPutWhateverItsLength(int length) throws IOException {
        for (Compression compression : Compression.values()) {
            for (EncryptionKey[] keys : List.of(new EncryptionKey[0], new EncryptionKey[] {key(1)})) {
                Archives archives = archives(store, compression, keys);
                byte[] content = bytes(length);
                StoredArchive archive = put(archives, content);
                assertEquals(length, archive.contentBytes());
                assertEquals(Optional.empty(), archives.damage(archive, soon()));
                assertArrayEquals(content, read(archives, archive));
                archives.delete(NAME, soon());
                assertEquals(List.of(), store.places(soon()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void nothingReadableIsInTheStoreWithAKey(Compression compression) throws IOException {
        byte[] content = "a secret that repeats itself. ".repeat(200).getBytes(StandardCharsets.US_ASCII);
        StoredArchive archive = put(archives(store, compression, key(1)), content);
        assertEquals(Optional.of(key(1).id()), archive.encryptionKey());
        for (int i = 1; i <= archive.parts().size(); i++) {
            assertFalse(Files.readString(part(i), StandardCharsets.ISO_8859_1).contains("secret"));
        }
    }

    @Test
    void aNewKeyIsPutBeforeTheOldOneWhichStillOpensWhatItSealed() throws IOException {
        byte[] content = bytes(3 * PART);
        StoredArchive old = put(archives(store, Compression.NONE, key(1)), content);
        assertArrayEquals(content, read(archives(store, Compression.NONE, key(2), key(1)), old));
        assertEquals(
                "it is encrypted with the key " + key(1).id() + ", which is not in SNAPSHOT_KEY (" + key(2).id() + ")",
                new Keyring(List.of(key(2))).whyNot(old.encryptionKey()).orElseThrow().text());
    }

    /** Somebody without the key can make hashes fit. */
    @Test
    void aSealedPartIsOnlyWhatItWasSealedAs() throws IOException {
        Archives archives = archives(store, Compression.NONE, key(1));
        StoredArchive archive = put(archives, bytes(3 * PART));
        List<StoredArchive.Part> parts = archive.parts();
        StoredArchive cut = new StoredArchive(NAME, parts.subList(0, 2), 2 * PART, Compression.NONE, archive.encryptionKey());
        assertTrue(damage(archives, cut).startsWith(NAME + "/00002 was not sealed as this part"), "the end is missing");

        StoredArchive swapped = new StoredArchive(
                NAME, List.of(parts.get(1), parts.get(0), parts.get(2)), 3 * PART, Compression.NONE, archive.encryptionKey());
        byte[] first = Files.readAllBytes(part(1));
        Files.move(part(2), part(1), StandardCopyOption.REPLACE_EXISTING);
        Files.write(part(2), first);
        assertTrue(damage(archives, swapped).startsWith(NAME + "/00001 was not sealed as this part"), "swapped, hashes and all");
    }

    @Test
    void whatIsDamagedIsNamedAndNoByteOfItIsGivenOut() throws IOException {
        Archives archives = archives(store, Compression.NONE);
        byte[] content = bytes(5 * PART);
        StoredArchive archive = put(archives, content);
        byte[] third = Files.readAllBytes(part(3));
        third[500] ^= 1;
        Files.write(part(3), third);
        try (Archives.Opened opened = archives.open(archive, soon())) {
            assertArrayEquals(Arrays.copyOf(content, 2 * PART), opened.content().readNBytes(2 * PART));
            assertThrows(IOException.class, () -> opened.content().read());
        }
        assertEquals(NAME + "/00003 is damaged: its 1000 bytes don't have the hash that the manifest says", damage(archives, archive));
        Files.delete(part(3));
        assertEquals(NAME + "/00003 is missing", damage(archives, archive));
        assertEquals(NAME + "/00003 is missing", archives.damage(archive, soon()).orElseThrow().text());
    }

    /** Fails, or hangs, at one part. */
    private SnapshotStore troubled(String name, Runnable trouble) {
        return (SnapshotStore) Proxy.newProxyInstance(
                SnapshotStore.class.getClassLoader(), new Class<?>[] {SnapshotStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("put") && arguments[0].equals(name)) {
                        trouble.run();
                    }
                    try {
                        Object answer = method.invoke(store, arguments);
                        if (method.getName().equals("within")) {
                            SnapshotStore inner = (SnapshotStore) answer;
                            ArchivesTest within = new ArchivesTest();
                            within.store = (LocalStore) inner;
                            return within.troubled(name, trouble);
                        }
                        return answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void onePartThatFailsFailsTheStreamSoonAndNothingStays() {
        Archives archives = archives(
                troubled("00002", () -> {
                    throw new StoreException("no room", null);
                }),
                Compression.NONE);
        AtomicInteger written = new AtomicInteger();
        StoreException failure = assertThrows(StoreException.class, () -> archives.put(NAME, archives.unwatched(), out -> {
            for (; written.get() < 10_000; written.incrementAndGet()) {
                out.write(new byte[PART]);
            }
        }, soon()));
        assertEquals("no room", failure.getMessage());
        assertTrue(written.get() < 10, written + " parts");
        assertEquals(List.of(), store.places(soon()));
    }

    @Test
    void contentThatFailsLeavesNothingAndIsPassedOn() {
        Archives archives = archives(store, Compression.ZSTD);
        IOException failure = assertThrows(IOException.class, () -> archives.put(NAME, archives.unwatched(), out -> {
            out.write(bytes(5 * PART));
            throw new IOException("the tool failed");
        }, soon()));
        assertEquals("the tool failed", failure.getMessage());
        assertEquals(List.of(), store.places(soon()));
    }

    @Test
    void whoeverWritesWaitsWhileAllUploadsAreAtWorkSoMemoryIsBounded() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        AtomicInteger atWork = new AtomicInteger();
        List<String> names = List.of("00001", "00002", "00003");
        SnapshotStore slow = store;
        for (String name : names) {
            slow = slowAt(slow, name, atWork, go);
        }
        Archives archives = archives(slow, Compression.NONE);
        AtomicInteger written = new AtomicInteger();
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                archives.put(NAME, archives.unwatched(), out -> {
                    for (; written.get() < 20; written.incrementAndGet()) {
                        out.write(new byte[PART]);
                    }
                }, soon());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        while (atWork.get() < 3 || writer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertEquals(4, written.get(), "three at work and one that waits");
        go.countDown();
        writer.join();
        assertEquals(20, store.within(NAME).list(soon()).size());
    }

    private static SnapshotStore slowAt(SnapshotStore in, String name, AtomicInteger atWork, CountDownLatch go) {
        return (SnapshotStore) Proxy.newProxyInstance(
                SnapshotStore.class.getClassLoader(), new Class<?>[] {SnapshotStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("put") && arguments[0].equals(name)) {
                        atWork.incrementAndGet();
                        assertTrue(go.await(30, TimeUnit.SECONDS));
                    }
                    Object answer = method.invoke(in, arguments);
                    return method.getName().equals("within") ? slowAt((SnapshotStore) answer, name, atWork, go) : answer;
                });
    }

    @Test
    void aRateIsKeptTo() throws IOException {
        Archives archives = new Archives(
                store,
                new Archives.Format(Compression.NONE, 1, 0, PART, 1),
                Keyring.NONE,
                Runnable::run,
                new Pace(Optional.of(100L), time, time), time,
                random);
        Duration began = time.uptime();
        archives.put(NAME, archives.unwatched(), out -> out.write(bytes(5 * PART)), time.in(Duration.ofHours(1)));
        assertEquals(Duration.ofSeconds(40), time.uptime().minus(began), "the first part goes at once");
    }

    @Test
    void progressIsToldNowAndThenWithTheTimeThatIsLeft() throws IOException {
        List<String> told = new ArrayList<>();
        Archives archives = new Archives(
                store,
                new Archives.Format(Compression.NONE, 1, 0, 1_000_000, 1),
                Keyring.NONE,
                Runnable::run,
                new Pace(Optional.empty(), time, time), time,
                random);
        Progress progress = new Progress(10_000_000, time, Duration.ofSeconds(10), report -> told.add(report.toString()));
        archives.put(NAME, progress, out -> {
            for (int i = 0; i < 10; i++) {
                time.sleep(Duration.ofSeconds(4));
                out.write(new byte[1_000_000]);
            }
        }, time.in(Duration.ofHours(1)));
        assertEquals(
                List.of(
                        "2 of about 10 MB read, 2 MB stored, 0 MB/s, 48 s left",
                        "5 of about 10 MB read, 5 MB stored, 0 MB/s, 24 s left",
                        "8 of about 10 MB read, 8 MB stored, 0 MB/s, 9 s left"),
                told);
    }
}
