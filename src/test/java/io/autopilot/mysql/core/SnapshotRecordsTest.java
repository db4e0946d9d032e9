package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
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
                new Manifest.StoredObject("backup-1.tar.zst", 100, "ab12", 5000),
                Manifest.Compression.ZSTD,
                Optional.empty(),
                Instant.parse("2026-01-02T03:04:05Z"),
                Instant.parse("2026-01-02T03:04:09Z"));
    }

    @Test
    void readsBackTheManifestThatItWrote() {
        assertEquals(EXACT, SnapshotRecords.readManifest(ID, SnapshotRecords.write(EXACT)));
        Manifest between = manifest(new GtidRange.Between(GtidSet.EMPTY, SET));
        assertEquals(between, SnapshotRecords.readManifest(ID, SnapshotRecords.write(between)));
    }

    @ParameterizedTest
    @CsvSource({"1-9, 1-8", "5000, 5001", "cluster-uuid, cluster-uuie", "9.7.4, 9.7.5", "ab12, ab13"})
    void aManifestInWhichAnythingWasChangedIsRefused(String from, String to) {
        String changed = SnapshotRecords.write(EXACT).replaceFirst(from, to);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> SnapshotRecords.readManifest(ID, changed));
        assertEquals("backup-1.manifest.json: is damaged: its fields don't match their hash", refused.getMessage());
    }

    @Test
    void aManifestUnderAnotherSnapshotsNameIsRefused() {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> SnapshotRecords.readManifest(new SnapshotId("backup-2"), SnapshotRecords.write(EXACT)));
        assertEquals("backup-2.manifest.json: describes the snapshot backup-1", refused.getMessage());
    }

    @Test
    void aManifestOfALaterFormatIsRefusedWithBothNumbers() {
        String later = SnapshotRecords.write(EXACT).replaceFirst("\"format\" : 1", "\"format\" : 2");
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> SnapshotRecords.readManifest(ID, later));
        assertTrue(refused.getMessage().contains("has format 2; this version reads format 1"), refused::getMessage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "no json", "{}", "{\"format\":1}"})
    void aTruncatedOrDamagedManifestIsRefusedByName(String text) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> SnapshotRecords.readManifest(ID, text));
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
