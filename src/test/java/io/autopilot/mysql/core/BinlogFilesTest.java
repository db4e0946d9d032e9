package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class BinlogFilesTest {
    private static final String UUID = "00000000-0000-0000-0000-00000000000a";
    private static final List<BinlogFile> LOG =
            List.of(new BinlogFile("b1", set("1-3")), new BinlogFile("b2", set("1-6")), new BinlogFile("b3", set("1-9")));

    @Test
    void onlyFilesThatHoldWhatIsWantedAreNamed() {
        assertEquals(List.of("b1"), BinlogFiles.holding(set("4-5"), LOG, set("1-12")));
        assertEquals(List.of("b2", "b3"), BinlogFiles.holding(set("9-10"), LOG, set("1-12")));
        assertEquals(List.of(), BinlogFiles.holding(GtidSet.EMPTY, LOG, set("1-12")));
    }

    @Test
    void theNewestFileEndsWithWhatTheServerHasExecuted() {
        assertEquals(List.of("b3"), BinlogFiles.holding(set("12"), LOG, set("1-12")));
    }

    @Test
    void whenTheFilesDontAccountForAllThatIsWantedAllOfThemAreNamed() {
        assertEquals(List.of("b1", "b2", "b3"), BinlogFiles.holding(set("2:12"), LOG, set("1-12")));
        assertEquals(List.of("b1", "b2", "b3"), BinlogFiles.holding(set("13"), LOG, set("1-12")));
    }

    private static GtidSet set(String intervals) {
        return GtidSet.parse(UUID + ":" + intervals);
    }
}
