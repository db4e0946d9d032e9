package io.autopilot.mysql.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** Reads fields that must be there, of the type they must have. Throws IllegalArgumentException with the field's name. */
final class JsonFields {
    private final JsonNode node;

    JsonFields(JsonNode node) {
        this.node = node;
    }

    String text(String name) {
        JsonNode field = node.path(name);
        if (!field.isTextual()) {
            throw new IllegalArgumentException("no text in field '" + name + "'");
        }
        return field.asText();
    }

    /** A whole number that isn't negative. */
    long number(String name) {
        JsonNode field = node.path(name);
        if (!field.isIntegralNumber() || !field.canConvertToLong() || field.asLong() < 0) {
            throw new IllegalArgumentException("no whole number in field '" + name + "'");
        }
        return field.asLong();
    }

    JsonFields part(String name) {
        if (!node.path(name).isObject()) {
            throw new IllegalArgumentException("no object in field '" + name + "'");
        }
        return new JsonFields(node.path(name));
    }

    Optional<String> optionalText(String name) {
        return node.hasNonNull(name) ? Optional.of(text(name)) : Optional.empty();
    }

    Optional<JsonFields> optionalPart(String name) {
        return node.hasNonNull(name) ? Optional.of(part(name)) : Optional.empty();
    }
}
