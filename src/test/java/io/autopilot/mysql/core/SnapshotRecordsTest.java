package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnapshotRecordsTest {
    private static final SnapshotId ID = new SnapshotId("backup-1");
    private static final GtidSet SET = GtidSet.parse("00000000-0000-0000-0000-00000000000a:1-9");
    private static final Manifest EXACT = manifest(new GtidRange.Exact(SET));

    private static Manifest manifest(GtidRange gtids) {
        return manifest(gtids, Optional.empty());
    }

    private static Manifest manifest(GtidRange gtids, Optional<String> keyId) {
        return new Manifest(
                ID,
                "mysql",
                "cluster-uuid",
                3,
                "db2",
                MysqlVersion.parse("9.7.4"),
                new Manifest.Tool("clone", "9.7.4"),
                gtids,
                Optional.of(new BinlogPosition("binlog.000003", 1234)),
                new StoredArchive(
                        "backup-1.tar.zst",
                        List.of(new StoredArchive.Part(100, "ab12".repeat(16)), new StoredArchive.Part(7, "cd34".repeat(16))),
                        5000,
                        StoredArchive.Compression.ZSTD,
                        keyId),
                Instant.parse("2026-01-02T03:04:05Z"),
                Instant.parse("2026-01-02T03:04:09Z"));
    }

    @Test
    void readsBackTheManifestThatItWrote() {
        assertEquals(EXACT, SnapshotRecords.readManifest(ID, SnapshotRecords.write(EXACT, Keyring.NONE), Keyring.NONE));
        Manifest between = manifest(new GtidRange.Between(GtidSet.EMPTY, SET));
        assertEquals(between, SnapshotRecords.readManifest(ID, SnapshotRecords.write(between, Keyring.NONE), Keyring.NONE));
    }

    @ParameterizedTest
    @CsvSource({"1-9, 1-8", "5000, 5001", "cluster-uuid, cluster-uuie", "9.7.4, 9.7.5", "ab12, ab13"})
    void aManifestInWhichAnythingWasChangedIsRefused(String from, String to) {
        String changed = SnapshotRecords.write(EXACT, Keyring.NONE).replaceFirst(from, to);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> SnapshotRecords.readManifest(ID, changed, Keyring.NONE));
        assertEquals("backup-1.manifest.json: is damaged: its fields don't match their hash", refused.getMessage());
    }

    @Test
    void aManifestUnderAnotherSnapshotsNameIsRefused() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> SnapshotRecords.readManifest(new SnapshotId("backup-2"), SnapshotRecords.write(EXACT, Keyring.NONE), Keyring.NONE));
        assertEquals("backup-2.manifest.json: describes the snapshot backup-1", refused.getMessage());
    }

    private static EncryptionKey key(int n) {
        byte[] bytes = new byte[EncryptionKey.BYTES];
        bytes[0] = (byte) n;
        return new EncryptionKey(bytes);
    }

    @Test
    void aSignedManifestCantBeChangedByWhoHasNoKeyNotEvenWithTheRightHash() {
        Keyring keys = new Keyring(List.of(key(1)));
        Manifest sealed = manifest(new GtidRange.Exact(SET), Optional.of(key(1).id()));
        String text = SnapshotRecords.write(sealed, keys);
        assertEquals(sealed, SnapshotRecords.readManifest(ID, text, new Keyring(List.of(key(2), key(1)))));
        assertEquals(sealed, SnapshotRecords.readManifest(ID, text, Keyring.NONE), "who has no key sees what it is, and can't open it");
        Manifest other = manifest(new GtidRange.Exact(GtidSet.EMPTY), Optional.of(key(1).id()));
        String signature = text.lines().filter(line -> line.contains("signature")).findFirst().orElseThrow();
        String forged = SnapshotRecords.write(other, keys).lines().map(line -> line.contains("signature") ? signature : line).reduce("", String::concat);
        String hashed = forged.replaceFirst("\"manifest-sha256\" : \"[0-9a-f]+\"", "\"manifest-sha256\" : \"" + hashOf(forged) + "\"");
        assertEquals(GtidSet.EMPTY, ((GtidRange.Exact) SnapshotRecords.readManifest(ID, hashed, Keyring.NONE).gtids()).set());
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> SnapshotRecords.readManifest(ID, hashed, keys));
        assertEquals("backup-1.manifest.json: was altered by somebody without the key " + key(1).id(), refused.getMessage());
    }

    /** As anybody can compute it. */
    private static String hashOf(String manifest) {
        try {
            ObjectNode fields = (ObjectNode) new JsonMapper().readTree(manifest);
            fields.remove("manifest-sha256");
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(fields.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aManifestOfALaterFormatIsRefusedWithBothNumbers() {
        String later = SnapshotRecords.write(EXACT, Keyring.NONE).replaceFirst("\"format\" : 2", "\"format\" : 3");
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> SnapshotRecords.readManifest(ID, later, Keyring.NONE));
        assertTrue(refused.getMessage().contains("has format 3; this version reads format 2"), refused::getMessage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "no json", "{}", "{\"format\":2}"})
    void aTruncatedOrDamagedManifestIsRefusedByName(String text) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> SnapshotRecords.readManifest(ID, text, Keyring.NONE));
        assertTrue(refused.getMessage().contains("backup-1.manifest.json"), refused::getMessage);
    }

    @Test
    void thePointerHasTheOldFieldsAndTheManifest() {
        assertEquals(
                "{\"id\":\"backup-1\",\"dt\":\"2026-01-02T03:04:09Z\",\"manifest\":\"backup-1.manifest.json\","
                        + "\"cluster-uuid\":\"cluster-uuid\"}",
                SnapshotRecords.write(EXACT.pointer()));
        assertEquals(EXACT.pointer(), SnapshotRecords.readPointer("k", SnapshotRecords.write(EXACT.pointer())));
    }

    @Test
    void aPointerIsOfItsClusterOnly() {
        assertTrue(EXACT.pointer().isOf("cluster-uuid"));
        assertFalse(EXACT.pointer().isOf("other"));
        assertFalse(new SnapshotPointer(ID, EXACT.finishedAt(), Optional.empty(), Optional.empty()).isOf("cluster-uuid"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2017-05-06T07:08:09.123456", "2017-05-06 07:08:09.123456"})
    void readsThePointerOfThePredecessor(String dt) {
        assertEquals(
                new SnapshotPointer(
                        new SnapshotId("mysql-backup-2017"), Instant.parse("2017-05-06T07:08:09.123456Z"), Optional.empty(), Optional.empty()),
                SnapshotRecords.readPointer("k", "{\"id\":\"mysql-backup-2017\",\"dt\":\"" + dt + "\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"id\":\"x\"}", "{\"id\":\"x\",\"dt\":\"yesterday\"}", "{\"id\":\"../x\",\"dt\":\"2017-05-06T07:08:09Z\"}"})
    void aDamagedPointerIsRefusedWithTheKeysName(String value) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> SnapshotRecords.readPointer("mysql-last-backup", value));
        assertTrue(refused.getMessage().contains("mysql-last-backup"), refused::getMessage);
    }
}
