package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class CatchUpTest {
    private static final String OLD = "00000000-0000-0000-0000-00000000000a";
    private static final String NEW = "00000000-0000-0000-0000-00000000000b";
    private static final CatchUp PRIMARY = new CatchUp(set(OLD + ":1-20," + NEW + ":1-5"), set(OLD + ":1-10"), NEW);

    @Test
    void aSnapshotThatHasAllThatWasPurgedAndNothingElseWillDo() {
        assertEquals(Optional.empty(), PRIMARY.whyNot(exact(OLD + ":1-12")));
    }

    @Test
    void oneThatLacksWhatWasPurgedCouldNeverCatchUp() {
        because(exact(OLD + ":1-9"), "purged the binary logs with what it lacks: " + OLD + ":10");
        because(new GtidRange.Between(set(OLD + ":1-9"), set(OLD + ":1-12")), "purged");
    }

    @Test
    void oneThatMayHoldWhatThePrimaryLacksWouldDivergeAgain() {
        because(exact(OLD + ":1-21"), "that the primary lacks: " + OLD + ":21");
        because(new GtidRange.Between(set(OLD + ":1-12"), set(OLD + ":1-22")), "lacks");
    }

    @Test
    void oneThatIsYoungerThanTheLookAtThePrimaryWillDo() {
        assertEquals(Optional.empty(), PRIMARY.whyNot(exact(OLD + ":1-20," + NEW + ":1-9")));
    }

    private static void because(GtidRange snapshot, String words) {
        assertTrue(PRIMARY.whyNot(snapshot).orElseThrow().text().contains(words), () -> PRIMARY.whyNot(snapshot).toString());
    }

    private static GtidRange exact(String text) {
        return new GtidRange.Exact(set(text));
    }

    private static GtidSet set(String text) {
        return GtidSet.parse(text);
    }
}
