package io.autopilot.mysql.adapter.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Consul.TxnResult;
import io.autopilot.mysql.port.ConsulException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** The JSON of {@code /v1/txn}. Source: Consul's HTTP API documentation, "Transactions". */
final class Transactions {
    private static final int REFUSED = 409;

    private Transactions() {}

    static String write(List<TxnOp> operations) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        operations.forEach(operation -> list.addObject().set("KV", write(operation)));
        return list.toString();
    }

    private static ObjectNode write(TxnOp operation) {
        return switch (operation) {
            case TxnOp.CheckSession check -> kv("check-session", check.key()).put("Session", check.session());
            case TxnOp.CheckIndex check -> kv("check-index", check.key()).put("Index", check.modifyIndex());
            case TxnOp.Cas cas -> value(kv("cas", cas.key()), cas.value()).put("Index", cas.modifyIndex());
            case TxnOp.DeleteCas delete -> kv("delete-cas", delete.key()).put("Index", delete.modifyIndex());
            case TxnOp.Lock lock -> value(kv("lock", lock.key()), lock.value()).put("Session", lock.session());
            case TxnOp.Unlock unlock -> value(kv("unlock", unlock.key()), unlock.value()).put("Session", unlock.session());
        };
    }

    private static ObjectNode kv(String verb, String key) {
        return JsonNodeFactory.instance.objectNode().put("Verb", verb).put("Key", key);
    }

    private static ObjectNode value(ObjectNode node, String value) {
        return node.put("Value", Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
    }

    static TxnResult read(PlainHttp.Answer answer) {
        if (answer.status() == 200) {
            return new TxnResult.Committed();
        }
        if (answer.status() != REFUSED) {
            throw new ConsulException("Consul answered a transaction with " + answer.status() + ": " + answer.body(), null);
        }
        List<String> reasons = new ArrayList<>();
        for (JsonNode error : answer.json().path("Errors")) {
            reasons.add(error.path("What").asText());
        }
        return new TxnResult.Refused(List.copyOf(reasons));
    }
}
