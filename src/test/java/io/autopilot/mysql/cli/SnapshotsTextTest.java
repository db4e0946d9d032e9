package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.core.Drill;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.hook.SnapshotCatalogue.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotsTextTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05Z");
    private static final GtidSet SET = GtidSet.parse("00000000-0000-0000-0000-00000000000a:1-9");
    private static final List<Entry> ENTRIES = List.of(
            new Entry.Whole(new Manifest(
                    new SnapshotId("backup-2"),
                    "mysql",
                    "c1",
                    3,
                    "db2",
                    MysqlVersion.parse("9.7.4"),
                    new Manifest.Tool("clone", "9.7.4"),
                    new GtidRange.Exact(SET),
                    Optional.empty(),
                    new StoredArchive(
                            "backup-2.tar.zst",
                            List.of(new StoredArchive.Part(8_000_000, "ab12".repeat(16)), new StoredArchive.Part(700, "cd34".repeat(16))),
                            75_000_000,
                            StoredArchive.Compression.ZSTD,
                            Optional.of("0123456789abcdef")),
                    AT.minusSeconds(4),
                    AT)),
            new Entry.Damaged(new SnapshotId("backup-1"), AT.minusSeconds(90_000), Optional.empty(), new Reason("backup-1.tar/00007 is missing")));

    private static final Map<SnapshotId, Drill> DRILLS = Map.of(
            new SnapshotId("backup-2"), drill("backup-2", Optional.empty()), new SnapshotId("backup-1"), drill("backup-1", Optional.of("00007 is missing")));

    private static Drill drill(String id, Optional<String> failure) {
        return new Drill(
                new SnapshotId(id), "c1", "db3", AT.plusSeconds(65), Duration.ofSeconds(20), MysqlVersion.parse("9.7.4"), 40, failure.map(Reason::new));
    }

    @Test
    void peopleSeeWhatThereIsHowOldHowLargeAndWhatIsWrong() {
        List<String> lines = SnapshotsText.table(ENTRIES, DRILLS, AT.plusSeconds(3725)).lines().toList();
        assertEquals(3, lines.size());
        assertEquals(
                "backup-2 2026-01-02T03:04:05Z 1h2m 75 MB 8 MB clone 9.7.4 0123456789abcdef ok 1h1m " + SET,
                lines.get(1).replaceAll(" {2,}", " "));
        assertEquals(
                "backup-1 2026-01-01T02:04:05Z 1d2h - - - - - backup-1.tar/00007 is missing FAILED: 00007 is missing -", lines.get(2).replaceAll(" {2,}", " "));
        assertEquals("no snapshot yet", SnapshotsText.table(List.of(), Map.of(), AT));
    }

    @Test
    void programsGetTheSameInFields() throws JsonProcessingException {
        JsonNode json = new JsonMapper().readTree(SnapshotsText.json(ENTRIES, DRILLS));
        JsonNode whole = json.path(0);
        assertEquals("backup-2", whole.path("id").asText());
        assertEquals(75_000_000, whole.path("contentBytes").asLong());
        assertEquals(8_000_700, whole.path("storedBytes").asLong());
        assertEquals(2, whole.path("parts").asInt());
        assertEquals(SET.toString(), whole.path("gtids").asText());
        assertEquals("0123456789abcdef", whole.path("encryptionKey").asText());
        assertEquals(4000, whole.path("tookMs").asLong());
        assertTrue(whole.path("damage").isNull());
        assertEquals(40, whole.path("verified").path("tables").asInt());
        assertTrue(whole.path("verified").path("failure").isNull());
        assertEquals("00007 is missing", json.path(1).path("verified").path("failure").asText());
        assertEquals("backup-1.tar/00007 is missing", json.path(1).path("damage").asText());
        assertEquals("[ ]", SnapshotsText.json(List.of(), Map.of()));
    }
}
