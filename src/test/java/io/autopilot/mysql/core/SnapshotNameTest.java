package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotNameTest {
    private static final Instant NOW = Instant.parse("2026-03-01T04:05:06.070809Z");

    @ParameterizedTest
    @CsvSource({
        "mysql-backup-%Y-%m-%dT%H-%M-%SZ, mysql-backup-2026-03-01T04-05-06Z-r4",
        "%y%j, 26060-r4",
        "100%%, 100%-r4",
        "%D, 03-01-26-r4",
        "%F %T, 2026-03-01 04:05:06-r4",
        "%b%a%e, 'MarSun 1-r4'",
        "%f, 070809-r4",
        "%s, 1772337906-r4",
        "%Q and %, %Q and %-r4"
    })
    void readsThePatternAsStrftimeDoes(String pattern, String name) {
        assertEquals(name, SnapshotName.of(pattern, NOW, "r4").text());
    }

    @Test
    void aConstantPatternStillGivesUniqueNames() {
        assertNotEquals(SnapshotName.of("backup", NOW, "a1"), SnapshotName.of("backup", NOW, "b2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".hidden", "a/b", "a\\b", "a\nb", "..", "../x"})
    void refusesWhatIsNoPlainFileName(String text) {
        assertThrows(IllegalArgumentException.class, () -> new SnapshotId(text));
    }

    @Test
    void refusesAFileNameThatIsTooLong() {
        assertThrows(IllegalArgumentException.class, () -> new SnapshotId("ü".repeat(91)));
    }

    @Test
    void aManifestsNameTellsItsSnapshot() {
        assertEquals(Optional.of(new SnapshotId("a")), SnapshotId.ofManifest(new SnapshotId("a").manifestName()));
        assertEquals(Optional.empty(), SnapshotId.ofManifest("a.tar.zst"));
        assertEquals(Optional.empty(), SnapshotId.ofManifest(".manifest.json"));
        assertEquals(Optional.empty(), SnapshotId.ofManifest(".x.manifest.json"));
    }
}
