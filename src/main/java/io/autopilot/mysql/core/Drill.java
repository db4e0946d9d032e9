package io.autopilot.mysql.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What a drill found: a restore that was done to prove a snapshot.
 *
 * @param node that did it
 * @param at when it was over
 * @param took from the beginning of the restore
 * @param server that was started on the restored data
 * @param tables that were checked
 * @param failure why the snapshot is no good; empty: it was restored, and all that was looked at was right
 */
public record Drill(
        SnapshotId snapshot,
        String clusterUuid,
        String node,
        Instant at,
        Duration took,
        MysqlVersion server,
        long tables,
        Optional<Reason> failure) {
    private static final JsonMapper JSON = new JsonMapper();

    public boolean passed() {
        return failure.isEmpty();
    }

    /** As it is kept. */
    public String write() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("snapshot", snapshot.text());
        json.put("cluster-uuid", clusterUuid);
        json.put("node", node);
        json.put("at", at.toString());
        json.put("took-ms", Math.max(0, took.toMillis()));
        json.put("server-version", server.text());
        json.put("tables", tables);
        failure.ifPresent(why -> json.put("failure", why.text()));
        return json.toString();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @param where it was found, for messages
     * @throws IllegalArgumentException when it is damaged
     */
    public static Drill read(String where, String text) {
        try {
            JsonFields fields = new JsonFields(JSON.readTree(text));
            return new Drill(
                    new SnapshotId(fields.text("snapshot")),
                    fields.text("cluster-uuid"),
                    fields.text("node"),
                    Instant.parse(fields.text("at")),
                    Duration.ofMillis(fields.number("took-ms")),
                    MysqlVersion.parse(fields.text("server-version")),
                    fields.number("tables"),
                    fields.optionalText("failure").map(Reason::new));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException(where + " can't be read: " + e.getMessage(), e);
        }
    }
}
