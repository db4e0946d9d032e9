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
 * A node's wish for a snapshot, since it can be made of none that is there. It holds as long as the newest snapshot is the one that it names,
 * so it needs no clock and nobody has to take it back.
 *
 * @param instead the id of the newest snapshot when it was made; empty when there was none
 * @param count the number of wishes so far, one after the other
 */
public record SnapshotWish(String node, Optional<String> instead, int count, String why, Instant at) {
    /** Snapshots that don't help are not taken for ever. */
    public static final int MOST = 3;

    /** After so long circumstances may be others. */
    public static final Duration AGAIN = Duration.ofHours(1);

    private static final JsonMapper JSON = new JsonMapper();

    /** Whether the newest snapshot is still the one that is of no use. */
    public boolean holds(Optional<String> newest) {
        return instead.equals(newest);
    }

    /**
     * The wish to make now.
     *
     * @param before the last one that was made, if any
     * @param newest the id of the newest snapshot, if any
     * @return empty when the last one still holds, or enough were made in vain
     */
    public static Optional<SnapshotWish> next(
            Optional<SnapshotWish> before, Optional<String> newest, String node, Reason why, Instant now) {
        if (before.filter(wish -> wish.holds(newest)).isPresent()) {
            return Optional.empty();
        }
        int made = before.filter(wish -> Duration.between(wish.at(), now).compareTo(AGAIN) < 0).map(SnapshotWish::count).orElse(0);
        return made < MOST ? Optional.of(new SnapshotWish(node, newest, made + 1, why.text(), now)) : Optional.empty();
    }

    /** The value of the wish's key. */
    public String write() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("node", this.node);
        instead.ifPresent(id -> node.put("instead-of", id));
        node.put("count", count);
        node.put("why", why);
        node.put("at", at.toString());
        return node.toString();
    }

    /**
     * Reads the value of the wish's key.
     *
     * @throws IllegalArgumentException when it is damaged; the message names the key
     */
    public static SnapshotWish read(String key, String value) {
        try {
            JsonFields fields = new JsonFields(JSON.readTree(value));
            return new SnapshotWish(
                    fields.text("node"),
                    fields.optionalText("instead-of"),
                    Math.toIntExact(fields.number("count")),
                    fields.text("why"),
                    Instant.parse(fields.text("at")));
        } catch (JsonProcessingException | IllegalArgumentException | ArithmeticException | DateTimeException e) {
            throw new IllegalArgumentException("the Consul key " + key + " can't be read: " + e.getMessage(), e);
        }
    }
}
