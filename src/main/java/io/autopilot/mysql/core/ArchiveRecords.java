package io.autopilot.mysql.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JSON of a stored archive, as part of what describes it. */
final class ArchiveRecords {
    /** A part is one word of size and hash: there may be a hundred thousand of them. */
    private static final Pattern PART = Pattern.compile("(\\d{1,12}) ([0-9a-f]{64})");

    private ArchiveRecords() {}

    static void write(StoredArchive archive, ObjectNode node) {
        node.put("name", archive.name());
        node.put("content-bytes", archive.contentBytes());
        node.put("compression", archive.compression().name().toLowerCase(Locale.ROOT));
        archive.encryptionKey().ifPresent(key -> node.put("encryption-key", key));
        ArrayNode parts = node.putArray("parts");
        archive.parts().forEach(part -> parts.add(part.bytes() + " " + part.sha256()));
    }

    /** Throws IllegalArgumentException when it is damaged. */
    static StoredArchive read(JsonNode node) {
        JsonFields fields = new JsonFields(node);
        List<StoredArchive.Part> parts = new ArrayList<>();
        for (JsonNode each : node.path("parts")) {
            Matcher part = PART.matcher(each.asText());
            if (!part.matches()) {
                throw new IllegalArgumentException("'" + each.asText() + "' describes no part");
            }
            parts.add(new StoredArchive.Part(Long.parseLong(part.group(1)), part.group(2)));
        }
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("has no parts");
        }
        return new StoredArchive(
                fields.text("name"),
                parts,
                fields.number("content-bytes"),
                StoredArchive.Compression.valueOf(fields.text("compression").toUpperCase(Locale.ROOT)),
                fields.optionalText("encryption-key"));
    }
}
