package io.autopilot.mysql.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Verdicts within a record's JSON; for people, so that one that only a later version knows is left away. Thread-safe. */
public final class VerdictJson {
    private static final String FIELD = "election";

    private VerdictJson() {}

    /** Adds them under {@code election}; nothing when there are none. */
    public static void put(ObjectNode to, List<Verdict> verdicts) {
        if (verdicts.isEmpty()) {
            return;
        }
        ArrayNode list = to.putArray(FIELD);
        verdicts.forEach(verdict -> list.addObject()
                .put("node", verdict.node())
                .put("standing", verdict.standing().name().toLowerCase(Locale.ROOT))
                .put("reason", verdict.reason().text()));
    }

    /** Those under {@code election}. */
    static List<Verdict> read(JsonNode from) {
        List<Verdict> verdicts = new ArrayList<>();
        for (JsonNode each : from.path(FIELD)) {
            standing(each.path("standing").asText()).ifPresent(standing ->
                    verdicts.add(new Verdict(each.path("node").asText(), standing, new Reason(each.path("reason").asText()))));
        }
        return verdicts;
    }

    private static Optional<Verdict.Standing> standing(String name) {
        return Arrays.stream(Verdict.Standing.values())
                .filter(standing -> standing.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
    }
}
