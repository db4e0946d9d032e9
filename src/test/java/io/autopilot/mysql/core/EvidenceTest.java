package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EvidenceTest {
    private static final StoredArchive ARCHIVE = new StoredArchive(
            "db0-12.binlog.000002", List.of(new StoredArchive.Part(12, "ab12".repeat(16))), 5000, StoredArchive.Compression.ZSTD, Optional.empty());
    private static final String PRIMARY = "00000000-0000-0000-0000-00000000000a";
    private static final String OTHER = "00000000-0000-0000-0000-00000000000b";
    private static final GtidSet ERRANT = GtidSet.parse(PRIMARY + ":8-9," + OTHER + ":1");

    @Test
    void whatAPrimaryWroteInAsynchronousModeWasAcknowledgedAndIsLost() {
        Evidence.Fate fate = Evidence.Fate.of(ERRANT, Set.of(PRIMARY), Durability.Mode.ASYNC);
        assertEquals(GtidSet.parse(PRIMARY + ":8-9"), fate.lost());
        assertEquals(GtidSet.EMPTY, fate.unacknowledged());
        assertEquals(GtidSet.parse(OTHER + ":1"), fate.stray());
        assertEquals(ERRANT, fate.errant());
    }

    @Test
    void whatAPrimaryWroteInLosslessModeWasNeverAcknowledged() {
        Evidence.Fate fate = Evidence.Fate.of(ERRANT, Set.of(PRIMARY), Durability.Mode.LOSSLESS);
        assertEquals(GtidSet.EMPTY, fate.lost());
        assertEquals(GtidSet.parse(PRIMARY + ":8-9"), fate.unacknowledged());
    }

    @Test
    void theSameTransactionsHaveTheSameNameAndOthersAnother() {
        String id = Evidence.idOf("db0", PRIMARY, ERRANT);
        assertEquals(id, Evidence.idOf("db0", PRIMARY, GtidSet.parse(OTHER + ":1," + PRIMARY + ":8-9")));
        assertNotEquals(id, Evidence.idOf("db0", PRIMARY, GtidSet.parse(PRIMARY + ":8-9")));
        assertNotEquals(id, Evidence.idOf("db0", OTHER, ERRANT));
    }

    @Test
    void aDescriptionIsReadAsItWasWritten() {
        Evidence evidence = new Evidence(
                "db0-12",
                "db0",
                PRIMARY,
                "c1",
                "9.7.4",
                4,
                "db1 lacks \"them\"",
                Evidence.Fate.of(ERRANT, Set.of(PRIMARY), Durability.Mode.ASYNC),
                "/snapshots/mysql/evidence",
                List.of(new Evidence.File("binlog.000002", 5000, "cd34".repeat(16), ARCHIVE)),
                Instant.parse("2026-01-02T03:04:05.006Z"));
        assertEquals(evidence, EvidenceRecords.read("db0-12", EvidenceRecords.write(evidence)));
    }

    /** Elections rest on what it says of the transactions. */
    @Test
    void anOlderDescriptionWhoseFilesAreNoArchivesIsReadAllTheSame() {
        Evidence read = EvidenceRecords.read("db0-12", """
                {"format": 1, "id": "db0-12", "node": "db0", "server-uuid": "%s", "cluster-uuid": "c1", "server-version": "9.7.4", "term": 4,
                 "why": "db1 lacks them", "errant": "%s", "lost": "%s", "unacknowledged": "", "stray": "", "place": "/snapshots/mysql/evidence",
                 "files": [{"source": "binlog.000002", "object": "db0-12.binlog.000002", "bytes": 12, "sha256": "ab12"}],
                 "at": "2026-01-02T03:04:05Z"}
                """.formatted(PRIMARY, ERRANT, ERRANT));
        assertEquals(ERRANT, read.errant());
        assertEquals(List.of(), read.files());
    }

    @Test
    void aDescriptionThatMakesNoSenseIsAnErrorThatNamesIt() {
        for (String text : List.of("", "{", "[]", "{\"format\":2}", "{\"format\":1}")) {
            IllegalArgumentException damaged = assertThrows(IllegalArgumentException.class, () -> EvidenceRecords.read("key-7", text), text);
            assertTrue(String.valueOf(damaged.getMessage()).contains("key-7"), damaged::getMessage);
        }
    }
}
