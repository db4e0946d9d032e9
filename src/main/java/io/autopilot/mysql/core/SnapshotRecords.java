package io.autopilot.mysql.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The JSON of manifests and of the pointer to the newest snapshot. A manifest carries the hash of its other fields, so that none of
 * them can change unseen: a wrong GTID set would make a replica skip transactions. Thread-safe.
 */
public final class SnapshotRecords {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SEAL = "manifest-sha256";
    private static final String SIGNATURE = "signature";

    private SnapshotRecords() {}

    /**
     * A manifest as it is stored.
     *
     * @param keys the key that its archive is encrypted with signs it
     */
    public static String write(Manifest manifest, Keyring keys) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("format", Manifest.FORMAT);
        node.put("id", manifest.id().text());
        node.put("service", manifest.service());
        node.put("cluster-uuid", manifest.clusterUuid());
        node.put("term", manifest.term());
        node.put("node", manifest.node());
        node.put("server-version", manifest.serverVersion().text());
        node.putObject("tool")
                .put("engine", manifest.tool().engine())
                .put("version", manifest.tool().version());
        writeGtids(manifest.gtids(), node.putObject("gtids"));
        manifest.binlog().ifPresent(at -> node.putObject("binlog").put("file", at.file()).put("offset", at.offset()));
        ArchiveRecords.write(manifest.archive(), node.putObject("archive"));
        node.put("started-at", manifest.startedAt().toString());
        node.put("finished-at", manifest.finishedAt().toString());
        manifest.archive().encryptionKey().ifPresent(id ->
                node.put(SIGNATURE, keys.find(id).orElseThrow().sign(bytes(node))));
        node.put(SEAL, seal(node));
        return node.toPrettyString() + "\n";
    }

    private static void writeGtids(GtidRange gtids, ObjectNode node) {
        switch (gtids) {
            case GtidRange.Exact exact -> node.put("exact", exact.set().toString());
            case GtidRange.Between between ->
                node.put("at-least", between.atLeast().toString()).put("at-most", between.atMost().toString());
        }
    }

    /**
     * Reads a manifest.
     *
     * @param id the snapshot that it must describe
     * @param keys one that is signed with none of them is read as it is: its archive can't be opened
     * @throws IllegalArgumentException when it is damaged, of a format that this version doesn't know, signed wrongly, or another snapshot's
     */
    public static Manifest readManifest(SnapshotId id, String text, Keyring keys) {
        try {
            JsonNode node = JSON.readTree(text);
            JsonFields fields = new JsonFields(node);
            long format = fields.number("format");
            if (format != Manifest.FORMAT) {
                throw new IllegalArgumentException(
                        "has format " + format + "; this version reads format " + Manifest.FORMAT);
            }
            checkSeal(node, fields.text(SEAL));
            if (!fields.text("id").equals(id.text())) {
                throw new IllegalArgumentException("describes the snapshot " + fields.text("id"));
            }
            Manifest manifest = readManifest(id, node, fields);
            manifest.archive().encryptionKey().flatMap(keys::find).ifPresent(key -> checkSignature(node, fields.text(SIGNATURE), key));
            return manifest;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(id.manifestName() + " is damaged: no JSON", e);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException(id.manifestName() + ": " + e.getMessage(), e);
        }
    }

    private static Manifest readManifest(SnapshotId id, JsonNode node, JsonFields fields) {
        JsonFields tool = fields.part("tool");
        return new Manifest(
                id,
                fields.text("service"),
                fields.text("cluster-uuid"),
                fields.number("term"),
                fields.text("node"),
                MysqlVersion.parse(fields.text("server-version")),
                new Manifest.Tool(tool.text("engine"), tool.text("version")),
                readGtids(fields.part("gtids")),
                fields.optionalPart("binlog").map(at -> new BinlogPosition(at.text("file"), at.number("offset"))),
                ArchiveRecords.read(node.path("archive")),
                Instant.parse(fields.text("started-at")),
                Instant.parse(fields.text("finished-at")));
    }

    private static GtidRange readGtids(JsonFields gtids) {
        Optional<String> exact = gtids.optionalText("exact");
        return exact.isPresent()
                ? new GtidRange.Exact(GtidSet.parse(exact.get()))
                : new GtidRange.Between(GtidSet.parse(gtids.text("at-least")), GtidSet.parse(gtids.text("at-most")));
    }

    private static void checkSeal(JsonNode node, String expected) {
        ObjectNode rest = node.deepCopy();
        rest.remove(SEAL);
        if (!seal(rest).equals(expected)) {
            throw new IllegalArgumentException("is damaged: its fields don't match their hash");
        }
    }

    /** Who can write to the store but has no key must not be able to change what an encrypted snapshot is taken for. */
    private static void checkSignature(JsonNode node, String signature, EncryptionKey key) {
        ObjectNode rest = node.deepCopy();
        rest.remove(SEAL);
        rest.remove(SIGNATURE);
        if (!key.signed(bytes(rest), signature)) {
            throw new IllegalArgumentException("was altered by somebody without the key " + key.id());
        }
    }

    private static byte[] bytes(ObjectNode fields) {
        return fields.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String seal(ObjectNode fields) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes(fields)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The value of the last-backup key: the predecessor's {@code id} and {@code dt}, and the manifest's name. */
    public static String write(SnapshotPointer pointer) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", pointer.id().text());
        node.put("dt", pointer.at().toString());
        pointer.manifest().ifPresent(manifest -> node.put("manifest", manifest));
        pointer.clusterUuid().ifPresent(cluster -> node.put("cluster-uuid", cluster));
        return node.toString();
    }

    /**
     * Reads the value of the last-backup key, the predecessor's form included.
     *
     * @throws IllegalArgumentException when it is damaged; the message names the key
     */
    public static SnapshotPointer readPointer(String key, String value) {
        try {
            JsonFields fields = new JsonFields(JSON.readTree(value));
            return new SnapshotPointer(
                    new SnapshotId(fields.text("id")),
                    readTime(fields.text("dt")),
                    fields.optionalText("manifest"),
                    fields.optionalText("cluster-uuid"));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException("the Consul key " + key + " can't be read: " + e.getMessage(), e);
        }
    }

    /** The predecessor wrote UTC without saying so. */
    private static Instant readTime(String text) {
        return text.endsWith("Z")
                ? Instant.parse(text)
                : LocalDateTime.parse(text.replace(' ', 'T')).toInstant(ZoneOffset.UTC);
    }
}
