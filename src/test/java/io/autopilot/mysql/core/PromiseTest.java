package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.Durability.Entry;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromiseTest {
    private static final SemiSync WAITS = new SemiSync(true, 1, 2, 0, false, false);
    private static final SemiSync OFF = new SemiSync(false, 1, 2, 0, false, false);

    private static Durability lossless(Entry proven, Optional<Entry> next) {
        return new Durability(Durability.Mode.LOSSLESS, proven, next, Set.of(), Optional.empty(), Optional.empty());
    }

    private static Entry entry(int acks, String... members) {
        return new Entry(1, "p", Set.of(members), acks);
    }

    @Test
    void aPromiseNamesHowManyAndWho() {
        Promise promise = Promise.of(lossless(entry(1, "a", "b"), Optional.empty()), Optional.of(WAITS), Map.of("a", "db1", "b", "db2"));
        assertEquals("lossless: every acknowledged write is on 1 of db1, db2", promise.text());
    }

    @Test
    void itIsNeverMoreThanTheServerDoes() {
        assertEquals(0, Promise.of(lossless(entry(1, "a"), Optional.empty()), Optional.of(OFF), Map.of()).acks());
        assertEquals(0, Promise.of(lossless(entry(1, "a"), Optional.empty()), Optional.empty(), Map.of()).acks());
        Promise half = Promise.of(lossless(entry(2, "a", "b"), Optional.empty()), Optional.of(WAITS), Map.of());
        assertTrue(half.text().contains("UNPROTECTED"), half.text());
    }

    @Test
    void whileItChangesTheWeakerEntryCounts() {
        Promise growing = Promise.of(lossless(entry(0), Optional.of(entry(1, "a"))), Optional.of(WAITS), Map.of());
        assertEquals(0, growing.acks());
        Promise shrinking = Promise.of(lossless(entry(1, "a"), Optional.of(entry(0))), Optional.of(WAITS), Map.of());
        assertEquals(0, shrinking.acks());
    }

    @Test
    void aloneItIsUnprotected() {
        assertTrue(Promise.of(lossless(entry(0), Optional.empty()), Optional.of(OFF), Map.of()).text().contains("UNPROTECTED"));
    }
}
