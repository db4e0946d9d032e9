package io.autopilot.mysql.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The JSON that describes evidence, the same in the archive and in Consul. Thread-safe. */
public final class EvidenceRecords {
    private static final JsonMapper JSON = new JsonMapper();

    private EvidenceRecords() {}

    public static String write(Evidence evidence) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("format", Evidence.FORMAT);
        node.put("id", evidence.id());
        node.put("node", evidence.node());
        node.put("server-uuid", evidence.serverUuid());
        node.put("cluster-uuid", evidence.clusterUuid());
        node.put("server-version", evidence.serverVersion());
        node.put("term", evidence.term());
        node.put("why", evidence.why());
        node.put("errant", evidence.errant().toString());
        node.put("lost", evidence.fate().lost().toString());
        node.put("unacknowledged", evidence.fate().unacknowledged().toString());
        node.put("stray", evidence.fate().stray().toString());
        node.put("place", evidence.place());
        ArrayNode files = node.putArray("files");
        evidence.files().forEach(file -> write(file, files.addObject()));
        node.put("at", evidence.at().toString());
        return node.toPrettyString() + "\n";
    }

    /**
     * Reads a description.
     *
     * @param name where it was found, for the message
     * @throws IllegalArgumentException when it is damaged or of a format that this version doesn't know
     */
    public static Evidence read(String name, String text) {
        try {
            JsonNode node = JSON.readTree(text);
            JsonFields fields = new JsonFields(node);
            long format = fields.number("format");
            if (format != Evidence.FORMAT) {
                throw new IllegalArgumentException("has format " + format + "; this version reads format " + Evidence.FORMAT);
            }
            return read(fields, files(node));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException("the evidence " + name + " can't be read: " + e.getMessage(), e);
        }
    }

    private static Evidence read(JsonFields fields, List<Evidence.File> files) {
        return new Evidence(
                fields.text("id"),
                fields.text("node"),
                fields.text("server-uuid"),
                fields.text("cluster-uuid"),
                fields.text("server-version"),
                fields.number("term"),
                fields.text("why"),
                new Evidence.Fate(
                        GtidSet.parse(fields.text("lost")),
                        GtidSet.parse(fields.text("unacknowledged")),
                        GtidSet.parse(fields.text("stray"))),
                fields.text("place"),
                files,
                Instant.parse(fields.text("at")));
    }

    private static void write(Evidence.File file, ObjectNode node) {
        node.put("source", file.source());
        node.put("object", file.archive().name());
        node.put("bytes", file.bytes());
        node.put("sha256", file.sha256());
        ArchiveRecords.write(file.archive(), node.putObject("archive"));
    }

    /** Of an older description, whose files were objects as they are, only what it says of the transactions counts: elections rest on that. */
    private static List<Evidence.File> files(JsonNode node) {
        List<Evidence.File> files = new ArrayList<>();
        for (JsonNode each : node.path("files")) {
            JsonFields file = new JsonFields(each);
            if (each.has("archive")) {
                files.add(new Evidence.File(
                        file.text("source"), file.number("bytes"), file.text("sha256"), ArchiveRecords.read(each.path("archive"))));
            }
        }
        return files;
    }
}
