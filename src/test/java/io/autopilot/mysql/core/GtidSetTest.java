package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GtidSetTest {
    private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private static final String B = "4f22fa47-71ca-11e1-9e33-c80aa9429562";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A:1-3|A:1-3",
                "A:3:1:2|A:1-3",
                "A:1-3:5:4|A:1-5",
                "A:5-9:1-6|A:1-9",
                "B:7,A:1|A:1,B:7",
                "A:1-3:tag:4-5|A:1-3:tag:4-5",
                "A:tag:4-5:tag:6,A:2|A:2:tag:4-6",
            })
    void readsAndWritesTheServersCanonicalForm(String given, String canonical) {
        assertEquals(named(canonical), set(given).toString());
    }

    @Test
    void readsTheMultiLineUpperCaseFormOfStatusOutput() {
        GtidSet read = GtidSet.parse(" " + A.toUpperCase(java.util.Locale.ROOT) + ":1-5,\n" + B + ":1\n");
        assertEquals(A + ":1-5," + B + ":1", read.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "3e11fa47-71ca-11e1-9e33-c80aa9429562", "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2-3",
        "3e11fa47-71ca-11e1-9e33-c80aa9429562:x-1", "3e11fa47-71ca-11e1-9e33-c80aa9429562:99999999999999999999"})
    void refusesWhatIsNotAGtidSet(String text) {
        assertThrows(IllegalArgumentException.class, () -> GtidSet.parse(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "A:1-10|A:3-4|A:1-2:5-10",
                "A:1-10|A:1-10|''",
                "A:1-10|A:0|A:1-10",
                "A:1-10|A:1-3:9-20|A:4-8",
                "A:1-3:7-9|A:2-8|A:1:9",
                "A:1-3,B:1|B:1-9|A:1-3",
                "A:1-3:tag:1-3|A:1-3|A:tag:1-3",
            })
    void subtractsAsTheServerDoes(String from, String what, String left) {
        assertEquals(set(left), set(from).minus(set(what)));
    }

    @Test
    void containsComparesSetsAndNotText() {
        assertTrue(set("A:1-9").contains(set("A:2-3:5")));
        assertFalse(set("A:1-9").contains(set("A:9-10")));
        assertFalse(set("A:1-9").contains(set("B:1")));
        assertTrue(GtidSet.EMPTY.contains(GtidSet.EMPTY));
    }

    @Test
    void keepsOnlyTheTransactionsOfNamedServers() {
        assertEquals(set("A:1-3:tag:4"), set("A:1-3:tag:4,B:1").of(List.of(A)));
    }

    @Test
    void countsTransactions() {
        assertEquals(6, set("A:1-3:7,B:1-2").count());
    }

    private static GtidSet set(String text) {
        return GtidSet.parse(named(text));
    }

    private static String named(String text) {
        return text.replace("A:", A + ":").replace("B:", B + ":");
    }
}
