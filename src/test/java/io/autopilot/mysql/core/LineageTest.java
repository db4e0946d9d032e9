package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LineageTest {
    private static final String A = "00000000-0000-0000-0000-00000000000a";
    private static final String B = "00000000-0000-0000-0000-00000000000b";
    private static final String BEFORE = "00000000-0000-0000-0000-00000000000c";

    private static GtidSet set(String text) {
        return GtidSet.parse(text);
    }

    private static TermRecord term(long term, String uuid, Optional<GtidSet> executed) {
        return new TermRecord(
                term, "n" + term, uuid, term == 1 ? Set.of(BEFORE) : Set.of(), "why", GtidSet.EMPTY, Instant.EPOCH, Optional.empty(),
                Optional.empty(), Optional.empty(), executed, Optional.empty(), Optional.empty(), List.of());
    }

    @Test
    void allThatTheNewestPrimaryWritesBelongs() {
        Lineage lineage = new Lineage(List.of(term(1, A, Optional.of(set(BEFORE + ":1-5")))));
        assertEquals(GtidSet.EMPTY, lineage.foreignIn(set(A + ":1-99," + BEFORE + ":1-5")));
    }

    /** It was written when nobody could acknowledge it any more; else it would bar every later take-over (found by the simulation). */
    @Test
    void whatAnOlderPrimaryHasBeyondItsSuccessorsBeginningIsForeign() {
        Lineage lineage = new Lineage(List.of(term(1, A, Optional.of(set(BEFORE + ":1-5"))), term(2, B, Optional.of(set(A + ":1-9")))));
        assertEquals(set(A + ":10"), lineage.foreignIn(set(A + ":1-10," + B + ":1-3")));
    }

    /** Its primary lost its disk before its barrier: what its predecessor has is all that there is (found by the simulation). */
    @Test
    void aTermThatCameToNothingMakesNothingForeign() {
        List<TermRecord> history = List.of(term(1, A, Optional.of(GtidSet.EMPTY)), term(2, B, Optional.of(set(A + ":1-9," + B + ":1-2"))));
        GtidSet tail = set(A + ":1-10," + B + ":1-2");
        assertEquals(GtidSet.EMPTY, Lineage.ofWhatCameToBe(history, 1, tail).foreignIn(tail.of(List.of(A))));
        assertEquals(set(A + ":10"), Lineage.ofWhatCameToBe(history, 2, tail).foreignIn(tail), "its barrier has passed");
        GtidSet written = set(A + ":1-9," + B + ":1-3");
        assertEquals(set(A + ":10"), Lineage.ofWhatCameToBe(history, 1, tail.union(written)).foreignIn(tail), "somebody has what it wrote");
    }

    @Test
    void whatNoPrimaryWroteIsForeign() {
        Lineage lineage = new Lineage(List.of(term(1, A, Optional.of(GtidSet.EMPTY))));
        assertEquals(set(B + ":1"), lineage.foreignIn(set(A + ":1-2," + B + ":1")));
        assertEquals(set(B + ":1"), new Lineage(List.of()).foreignIn(set(B + ":1")));
    }

    @Test
    void recordsThatDoNotTellWhatATermBeganWithNameThePrimariesAtLeast() {
        Lineage lineage = new Lineage(List.of(term(1, A, Optional.empty()), term(2, B, Optional.empty())));
        assertEquals(GtidSet.EMPTY, lineage.foreignIn(set(A + ":1-10," + B + ":1-3," + BEFORE + ":1")));
    }
}
