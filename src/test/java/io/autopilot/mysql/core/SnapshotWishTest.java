package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotWishTest {
    private static final Instant NOW = Instant.parse("2026-01-02T00:00:00Z");
    private static final Reason WHY = new Reason("s1 is of no use");

    @Test
    void theFirstWishNamesTheSnapshotThatIsOfNoUse() {
        assertEquals(
                Optional.of(new SnapshotWish("db0", Optional.of("s1"), 1, WHY.text(), NOW)),
                next(Optional.empty(), Optional.of("s1")));
    }

    @Test
    void nothingIsWishedForAgainBeforeThereIsAnotherSnapshot() {
        assertEquals(Optional.empty(), next(Optional.of(made(1, NOW)), Optional.of("s1")));
    }

    @Test
    void whenTheNewOneIsOfNoUseEitherAFewMoreAreWishedForAndThenNoneForAnHour() {
        assertEquals(2, next(Optional.of(made(1, NOW)), Optional.of("s2")).orElseThrow().count());
        assertEquals(Optional.empty(), next(Optional.of(made(SnapshotWish.MOST, NOW)), Optional.of("s2")));
        assertEquals(
                1,
                next(Optional.of(made(SnapshotWish.MOST, NOW.minus(SnapshotWish.AGAIN))), Optional.of("s2"))
                        .orElseThrow()
                        .count());
    }

    @Test
    void aWishIsReadAsItWasWritten() {
        SnapshotWish withoutAny = new SnapshotWish("db0", Optional.empty(), 2, WHY.text(), NOW);
        assertEquals(withoutAny, SnapshotWish.read("key", withoutAny.write()));
        assertEquals(made(1, NOW), SnapshotWish.read("key", made(1, NOW).write()));
    }

    @Test
    void aDamagedWishIsAnErrorThatNamesTheKey() {
        for (String text : List.of("", "{}", "{\"node\":\"db0\",\"count\":-1,\"why\":\"\",\"at\":\"\"}")) {
            IllegalArgumentException damaged = assertThrows(IllegalArgumentException.class, () -> SnapshotWish.read("key-7", text), text);
            assertTrue(String.valueOf(damaged.getMessage()).contains("key-7"), damaged::getMessage);
        }
    }

    private static SnapshotWish made(int count, Instant at) {
        return new SnapshotWish("db0", Optional.of("s1"), count, WHY.text(), at);
    }

    private static Optional<SnapshotWish> next(Optional<SnapshotWish> before, Optional<String> newest) {
        return SnapshotWish.next(before, newest, "db0", WHY, NOW);
    }
}
