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
    private static final int LARGE = 10 << 20;

    /** A store of a cluster of the given name that shares its place with the others; every call gives a new one. */
    abstract SnapshotStore store(String service);

    static Deadline soon() {
        return Deadline.after(Duration.ofSeconds(30), new ProcTicker(Path.of("/proc")));
    }

    static void put(SnapshotStore store, String name, String text) {
        store.put(name, text.getBytes(StandardCharsets.UTF_8), soon());
    }

    private static String read(SnapshotStore store, String name) {
        return new String(store.get(name, LARGE, soon()).orElseThrow(), StandardCharsets.UTF_8);
    }

    private static List<String> names(SnapshotStore store) {
        return store.list(soon()).stream().map(Stored::name).toList();
    }

    @Test
    void givesBackWhatWasPut() {
        put(store("one"), "object", "content");
        assertEquals("content", read(store("one"), "object"));
    }

    @Test
    void keepsManyBytesAsTheyAre() {
        byte[] bytes = new byte[9_000_001];
        new Random(7).nextBytes(bytes);
        SnapshotStore store = store("one");
        store.put("big", bytes, soon());
        assertArrayEquals(bytes, store.get("big", bytes.length, soon()).orElseThrow());
        assertEquals(bytes.length, store.list(soon()).getFirst().bytes());
    }

    @Test
    void anEmptyStoreListsNothingAndHasNoObject() {
        assertEquals(List.of(), names(store("nobody")));
        assertEquals(Optional.empty(), store("nobody").get("object", LARGE, soon()).map(in -> "there"));
        assertEquals(List.of(), store("nobody").removeUnfinished(soon()));
    }

    @Test
    void listsInOrderOfNamesWithSizes() {
        SnapshotStore store = store("one");
        put(store, "b", "12");
        put(store, "a ü'\"#$", "1");
        assertEquals(List.of("a ü'\"#$", "b"), names(store));
        assertEquals(List.of(1L, 2L), store.list(soon()).stream().map(Stored::bytes).toList());
    }

    @Test
    void clustersDoNotSeeEachOther() {
        put(store("one"), "object", "content");
        assertEquals(List.of(), names(store("two")));
    }

    @Test
    void aPlaceWithinIsAStoreOfItsOwnThatTheOuterOneDoesNotSee() {
        SnapshotStore outer = store("one");
        SnapshotStore inner = outer.within("evidence");
        put(inner, "object", "content");
        put(outer, "object", "another");
        assertEquals(List.of("object"), names(outer));
        assertEquals("content", read(store("one").within("evidence"), "object"));
        assertEquals(List.of("object"), names(inner));
        assertEquals(List.of(), outer.removeUnfinished(soon()));
        assertThrows(StoreException.class, () -> outer.within("../two"));
    }

    @Test
    void deletesAnObjectAndDoesNotMindOneThatIsGone() {
        SnapshotStore store = store("one");
        put(store, "object", "content");
        store.delete("object", soon());
        store.delete("object", soon());
        assertEquals(List.of(), names(store));
    }

    @Test
    void anObjectIsNeverOverwritten() {
        SnapshotStore store = store("one");
        put(store, "object", "first");
        StoreException refused = assertThrows(StoreException.class, () -> put(store, "object", "second"));
        assertTrue(String.valueOf(refused.getMessage()).contains("object"), refused::getMessage);
        assertEquals("first", read(store, "object"));
    }

    @Test
    void theSameContentAgainIsFine() {
        SnapshotStore store = store("one");
        put(store, "object", "content");
        put(store, "object", "content");
        assertEquals("content", read(store, "object"));
    }

    @Test
    void anObjectThatIsLongerThanExpectedIsNotRead() {
        SnapshotStore store = store("one");
        put(store, "object", "content");
        assertThrows(StoreException.class, () -> store.get("object", 6, soon()));
        assertEquals("content", new String(store.get("object", 7, soon()).orElseThrow(), StandardCharsets.UTF_8));
    }

    @Test
    void writingEndsAtTheDeadline() {
        SnapshotStore store = store("one");
        Deadline past = Deadline.after(Duration.ZERO, new ProcTicker(Path.of("/proc")));
        assertThrows(StoreException.class, () -> store.put("object", new byte[1], past));
        assertEquals(List.of(), names(store));
    }

    @Test
    void placesAreListedWhileTheyHoldSomethingAndGoAsAWhole() {
        SnapshotStore outer = store("one");
        assertEquals(List.of(), outer.places(soon()));
        put(outer, "object", "content");
        put(outer.within("b"), "1", "content");
        put(outer.within("a"), "1", "content");
        put(outer.within("a"), "2", "content");
        assertEquals(List.of("a", "b"), outer.places(soon()));
        outer.within("a").deleteAll(soon());
        outer.within("a").deleteAll(soon());
        assertEquals(List.of("b"), outer.places(soon()));
        assertEquals(List.of("object"), names(outer));
        assertEquals(List.of(), names(outer.within("a")));
        assertThrows(StoreException.class, () -> outer.deleteAll(soon()));
    }

    @Test
    void refusesNamesThatLeadElsewhere() {
        SnapshotStore store = store("one");
        for (String name : List.of("", ".", "..", ".hidden", "../two/object", "a/b")) {
            assertThrows(StoreException.class, () -> put(store, name, "content"), name);
            assertThrows(StoreException.class, () -> store.get(name, LARGE, soon()), name);
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
