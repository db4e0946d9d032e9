package io.autopilot.mysql.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autopilot.mysql.core.SwitchoverRequest.Answer;
import java.time.Duration;

/** The JSON of the switchover key. Thread-safe. */
public final class SwitchoverRecords {
    private static final JsonMapper JSON = new JsonMapper();

    private SwitchoverRecords() {}

    /** The value of the key. */
    public static String write(SwitchoverRequest request) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", request.id());
        node.put("by", request.by());
        request.to().ifPresent(to -> node.put("to", to));
        node.put("write-stop-ms", request.writeStop().toMillis());
        request.answer().ifPresent(answer -> node.putObject("answer")
                .put("node", answer.node())
                .put("status", answer.status())
                .put("decision", answer.decision())
                .put("reason", answer.reason().text()));
        return node.toString();
    }

    /**
     * Reads the value of the key.
     *
     * @throws IllegalArgumentException when it is damaged; the message names the key
     */
    public static SwitchoverRequest read(String key, String value) {
        try {
            JsonFields fields = new JsonFields(JSON.readTree(value));
            return new SwitchoverRequest(
                    fields.text("id"),
                    fields.text("by"),
                    fields.optionalText("to"),
                    Duration.ofMillis(fields.number("write-stop-ms")),
                    fields.optionalPart("answer")
                            .map(a -> new Answer(a.text("node"), a.text("status"), a.text("decision"), new Reason(a.text("reason")))));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IllegalArgumentException("the Consul key " + key + " can't be read: " + e.getMessage(), e);
        }
    }
}
