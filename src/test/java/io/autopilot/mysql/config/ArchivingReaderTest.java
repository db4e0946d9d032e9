package io.autopilot.mysql.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.autopilot.mysql.core.EncryptionKey;
import io.autopilot.mysql.core.Keyring;
import io.autopilot.mysql.core.SnapshotRetention;
import io.autopilot.mysql.core.StoredArchive.Compression;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchivingReaderTest {
    private static final String ONE = "01".repeat(32);
    private static final String TWO = Base64.getEncoder().encodeToString("02".repeat(16).getBytes(StandardCharsets.US_ASCII));

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>(Map.of("MYSQL_REPL_PASSWORD", "replication"));

    private Settings.Archiving valid() {
        SettingsReader.Result.Valid valid =
                assertInstanceOf(SettingsReader.Result.Valid.class, SettingsReader.read(environment, Optional.empty()));
        return valid.settings().snapshots().archiving();
    }

    private List<Problem> invalid() {
        return assertInstanceOf(SettingsReader.Result.Invalid.class, SettingsReader.read(environment, Optional.empty())).problems();
    }

    @Test
    void packsAndDoesNotEncryptUnlessToldTo() {
        assertEquals(new Settings.Archiving(Compression.ZSTD, 3, 1, 8 << 20, 3, Optional.empty(), Keyring.NONE), valid());
    }

    @Test
    void readsKeysInBothFormsTheFirstOfWhichEncrypts() {
        environment.put("SNAPSHOT_KEY", ONE + ", " + TWO);
        List<EncryptionKey> keys = valid().keys().keys();
        assertEquals(2, keys.size());
        assertEquals(new EncryptionKey(HexFormat.of().parseHex(ONE)).id(), keys.getFirst().id());
        assertFalse(valid().toString().contains(ONE), "it can be printed");
    }

    @Test
    void readsKeysFromAFile() throws IOException {
        environment.put("SNAPSHOT_KEY_FILE", Files.writeString(directory.resolve("keys"), ONE + "\n" + TWO + "\n").toString());
        assertEquals(2, valid().keys().keys().size());
        environment.put("SNAPSHOT_KEY", ONE);
        assertEquals(List.of(new Problem("SNAPSHOT_KEY_FILE", "contradicts SNAPSHOT_KEY; set one of them")), invalid());
    }

    @Test
    void aKeyThatIsNoneIsRefusedWithoutShowingIt() {
        environment.put("SNAPSHOT_KEY", ONE + "," + ONE.substring(1));
        assertEquals(
                List.of(new Problem("SNAPSHOT_KEY", "number 2 is no key: 64 hexadecimal digits, or 32 bytes in base64")), invalid());
    }

    @ParameterizedTest
    @CsvSource({
        "SNAPSHOT_COMPRESSION, lzma",
        "SNAPSHOT_LEVEL, 0",
        "SNAPSHOT_LEVEL, 20",
        "SNAPSHOT_THREADS, many",
        "SNAPSHOT_PART_SIZE, 100K",
        "SNAPSHOT_PART_SIZE, 65M",
        "SNAPSHOT_PART_SIZE, big",
        "SNAPSHOT_UPLOADS, 33",
        "SNAPSHOT_KEEP, 0",
        "SNAPSHOT_KEEP_FOR, long",
        "SNAPSHOT_KEEP_LEAST, 15",
        "SNAPSHOT_RATE, 0",
        "SNAPSHOT_RATE, fast",
        "SNAPSHOT_KEY, ','",
        "SNAPSHOT_KEY_FILE, /no/such/file"
    })
    void refusesWhatMakesNoSenseByName(String variable, String value) {
        environment.put(variable, value);
        assertEquals(List.of(variable), invalid().stream().map(Problem::variable).toList());
    }

    @Test
    void keepsTwoWeeksOfSnapshotsUnlessToldOtherwise() {
        assertEquals(new SnapshotRetention(14, Optional.empty(), 2), retention());
        environment.put("SNAPSHOT_KEEP", "1");
        assertEquals(new SnapshotRetention(1, Optional.empty(), 1), retention());
        environment.put("SNAPSHOT_KEEP", "30");
        environment.put("SNAPSHOT_KEEP_FOR", "90d");
        environment.put("SNAPSHOT_KEEP_LEAST", "5");
        assertEquals(new SnapshotRetention(30, Optional.of(Duration.ofDays(90)), 5), retention());
    }

    private SnapshotRetention retention() {
        return assertInstanceOf(SettingsReader.Result.Valid.class, SettingsReader.read(environment, Optional.empty()))
                .settings()
                .snapshots()
                .retention();
    }

    @Test
    void readsSizesAsEverywhere() {
        environment.put("SNAPSHOT_PART_SIZE", "16M");
        environment.put("SNAPSHOT_RATE", "20M");
        environment.put("SNAPSHOT_COMPRESSION", "None");
        assertEquals(16 << 20, valid().partBytes());
        assertEquals(Optional.of(20L << 20), valid().bytesPerSecond());
        assertEquals(Compression.NONE, valid().compression());
    }
}
