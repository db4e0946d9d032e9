package io.autopilot.mysql.adapter.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.SnapshotStore.Stored;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the project relies on, of every snapshot store alike. */
@Timeout(60)
abstract class SnapshotStoreContract {
    /** A store of a cluster of the given name that shares its place with the others; every call gives a new one. */
    abstract SnapshotStore store(String service);

    static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30), new ProcTicker(Path.of("/proc")));
    }

    static void put(SnapshotStore store, String name, String text) throws IOException {
        store.put(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)), soon());
    }

    private static String read(SnapshotStore store, String name, long from) throws IOException {
        try (InputStream in = store.open(name, from, soon()).orElseThrow()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static List<String> names(SnapshotStore store) {
        return store.list(soon()).stream().map(Stored::name).toList();
    }

    @Test
    void givesBackWhatWasPut() throws IOException {
        put(store("one"), "object", "content");
        assertEquals("content", read(store("one"), "object", 0));
        assertEquals("tent", read(store("one"), "object", 3));
    }

    @Test
    void keepsManyBytesAsTheyAre() throws IOException {
        byte[] bytes = new byte[9_000_001];
        new Random(7).nextBytes(bytes);
        SnapshotStore store = store("one");
        assertEquals(bytes.length, store.put("big", out -> out.write(bytes), soon()));
        try (InputStream in = store.open("big", 0, soon()).orElseThrow()) {
            assertArrayEquals(bytes, in.readAllBytes());
        }
        assertEquals(bytes.length, store.list(soon()).getFirst().bytes());
    }

    @Test
    void anEmptyStoreListsNothingAndHasNoObject() {
        assertEquals(List.of(), names(store("nobody")));
        assertEquals(Optional.empty(), store("nobody").open("object", 0, soon()).map(in -> "there"));
        assertEquals(List.of(), store("nobody").removeUnfinished(soon()));
    }

    @Test
    void listsInOrderOfNamesWithSizes() throws IOException {
        SnapshotStore store = store("one");
        put(store, "b", "12");
        put(store, "a ü'\"#$", "1");
        assertEquals(List.of("a ü'\"#$", "b"), names(store));
        assertEquals(List.of(1L, 2L), store.list(soon()).stream().map(Stored::bytes).toList());
    }

    @Test
    void clustersDoNotSeeEachOther() throws IOException {
        put(store("one"), "object", "content");
        assertEquals(List.of(), names(store("two")));
    }

    @Test
    void aPlaceWithinIsAStoreOfItsOwnThatTheOuterOneDoesNotSee() throws IOException {
        SnapshotStore outer = store("one");
        SnapshotStore inner = outer.within("evidence");
        put(inner, "object", "content");
        put(outer, "object", "another");
        assertEquals(List.of("object"), names(outer));
        assertEquals("content", read(store("one").within("evidence"), "object", 0));
        assertEquals(List.of("object"), names(inner));
        assertEquals(List.of(), outer.removeUnfinished(soon()));
        assertThrows(StoreException.class, () -> outer.within("../two"));
    }

    @Test
    void deletesAnObjectAndDoesNotMindOneThatIsGone() throws IOException {
        SnapshotStore store = store("one");
        put(store, "object", "content");
        store.delete("object", soon());
        store.delete("object", soon());
        assertEquals(List.of(), names(store));
    }

    @Test
    void anObjectIsNeverOverwritten() throws IOException {
        SnapshotStore store = store("one");
        put(store, "object", "first");
        StoreException refused = assertThrows(StoreException.class, () -> put(store, "object", "second"));
        assertTrue(String.valueOf(refused.getMessage()).contains("object"), refused::getMessage);
        assertEquals("first", read(store, "object", 0));
    }

    @Test
    void nothingIsVisibleBeforeAllIsWritten() throws IOException {
        SnapshotStore store = store("one");
        store.put("object", out -> {
            out.write(new byte[100_000]);
            out.flush();
            assertEquals(List.of(), names(store("one")));
            assertTrue(store("one").open("object", 0, soon()).isEmpty());
        }, soon());
        assertEquals(List.of("object"), names(store));
    }

    @Test
    void contentThatFailsLeavesNothingAndIsPassedOn() {
        SnapshotStore store = store("one");
        IOException failure = assertThrows(IOException.class, () -> store.put("object", out -> {
            out.write(new byte[100_000]);
            throw new IOException("the tool failed");
        }, soon()));
        assertEquals("the tool failed", failure.getMessage());
        assertEquals(List.of(), names(store));
        assertEquals(List.of(), store.removeUnfinished(soon()));
    }

    @Test
    void aWriterAtWorkIsLeftAlone() throws IOException {
        SnapshotStore store = store("one");
        store.put("object", out -> {
            out.write(1);
            assertEquals(List.of(), store.removeUnfinished(soon()));
            out.write(2);
        }, soon());
        assertEquals(List.of("object"), names(store));
    }

    @Test
    void writingEndsAtTheDeadline() {
        SnapshotStore store = store("one");
        Deadline past = Deadline.after(Duration.ZERO, new ProcTicker(Path.of("/proc")));
        assertThrows(IOException.class, () -> store.put("object", out -> out.write(1), past));
        assertEquals(List.of(), names(store));
    }

    @Test
    void refusesNamesThatLeadElsewhere() {
        SnapshotStore store = store("one");
        for (String name : List.of("", ".", "..", ".hidden", "../two/object", "a/b")) {
            assertThrows(StoreException.class, () -> put(store, name, "content"), name);
            assertThrows(StoreException.class, () -> store.open(name, 0, soon()), name);
            assertThrows(StoreException.class, () -> store.delete(name, soon()), name);
        }
    }

    @Test
    void checkingLeavesNothing() {
        SnapshotStore store = store("one");
        store.check(soon());
        assertEquals(List.of(), names(store));
        assertEquals(List.of(), store.removeUnfinished(soon()));
    }
}
