package io.autopilot.mysql.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The JSON of the records that live in Consul (design, Keys). Fields that a later version added are ignored; a value that can't be
 * read is an error that names the key, never "absent". Thread-safe.
 */
public final class ClusterRecords {
    private static final JsonMapper JSON = new JsonMapper();

    private ClusterRecords() {}

    /** The value of the primary key. */
    public static String write(PrimaryRecord primary) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("node", primary.node());
        node.put("address", primary.address().host());
        node.put("port", primary.address().port());
        node.put("term", primary.term());
        node.put("uuid", primary.serverUuid());
        node.put("state", lower(primary.state()));
        primary.released().ifPresent(why -> node.put("released", why.text()));
        node.put("since", primary.since().toString());
        primary.executed().ifPresent(set -> node.put("executed", set.toString()));
        primary.proved().ifPresent(at -> node.put("proved", at.toString()));
        return node.toString();
    }

    /**
     * Reads the value of the primary key.
     *
     * @throws IllegalArgumentException when it is damaged; the message names the key
     */
    public static PrimaryRecord readPrimary(String key, String value) {
        return reading(key, value, node -> new PrimaryRecord(
                text(node, "node"),
                new Address(text(node, "address"), (int) number(node, "port")),
                number(node, "term"),
                text(node, "uuid"),
                PrimaryRecord.State.valueOf(upper(text(node, "state"))),
                part(node, "released").map(why -> new Reason(why.asText())),
                Instant.parse(text(node, "since")),
                part(node, "executed").map(set -> GtidSet.parse(set.asText())),
                instant(node, "proved")));
    }

    /** The value of the durability key. */
    public static String write(Durability durability) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("mode", lower(durability.mode()));
        node.set("proven", write(durability.proven()));
        durability.next().ifPresent(next -> node.set("next", write(next)));
        new TreeSet<>(durability.leaving()).forEach(node.withArray("leaving")::add);
        durability.intent().ifPresent(intent -> node.putObject("intent")
                .put("term", intent.term())
                .put("candidate", intent.candidate())
                .put("session", intent.session()));
        durability.handOver().ifPresent(handOver -> {
            ObjectNode to = node.putObject("hand-over");
            to.put("term", handOver.term());
            to.put("from", handOver.from());
            to.put("to", handOver.to());
            handOver.mustHold().ifPresent(set -> to.put("must-hold", set.toString()));
        });
        return node.toString();
    }

    /**
     * Reads the value of the durability key.
     *
     * @throws IllegalArgumentException when it is damaged; the message names the key
     */
    public static Durability readDurability(String key, String value) {
        return reading(key, value, node -> new Durability(
                Durability.Mode.valueOf(upper(text(node, "mode"))),
                readEntry(node.path("proven")),
                part(node, "next").map(ClusterRecords::readEntry),
                texts(node, "leaving"),
                part(node, "intent")
                        .map(i -> new Durability.Intent(number(i, "term"), text(i, "candidate"), text(i, "session"))),
                part(node, "hand-over").map(ClusterRecords::readHandOver)));
    }

    /** The value of a history key. */
    public static String write(TermRecord record) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("term", record.term());
        node.put("node", record.node());
        node.put("uuid", record.serverUuid());
        new TreeSet<>(record.ancestors()).forEach(node.putArray("ancestors")::add);
        node.put("why", record.why());
        node.put("lost", record.lost().toString());
        node.put("at", record.at().toString());
        record.kind().ifPresent(kind -> node.put("kind", lower(kind)));
        record.from().ifPresent(from -> node.put("from", from));
        record.proved().ifPresent(at -> node.put("proved", at.toString()));
        record.executed().ifPresent(set -> node.put("executed", set.toString()));
        record.established().ifPresent(at -> node.put("established", at.toString()));
        record.gap().ifPresent(gap -> node.put("gap-ms", gap.toMillis()));
        VerdictJson.put(node, record.election());
        return node.toString();
    }

    /**
     * Reads the value of a history key.
     *
     * @throws IllegalArgumentException when it is damaged; the message names the key
     */
    public static TermRecord readTerm(String key, String value) {
        return reading(key, value, node -> {
            return new TermRecord(
                    number(node, "term"),
                    text(node, "node"),
                    text(node, "uuid"),
                    texts(node, "ancestors"),
                    text(node, "why"),
                    GtidSet.parse(node.path("lost").asText("")),
                    Instant.parse(text(node, "at")),
                    part(node, "kind").flatMap(kind -> kind(kind.asText())),
                    part(node, "from").map(JsonNode::asText),
                    instant(node, "proved"),
                    part(node, "executed").map(set -> GtidSet.parse(set.asText())),
                    instant(node, "established"),
                    part(node, "gap-ms").map(ms -> Duration.ofMillis(ms.asLong())),
                    VerdictJson.read(node));
        });
    }

    /** One that only a later version knows must not make the history unreadable. */
    private static Optional<TermRecord.Kind> kind(String name) {
        return Arrays.stream(TermRecord.Kind.values()).filter(kind -> lower(kind).equals(name)).findFirst();
    }

    /** The value of the config key. */
    public static String write(ClusterConfig config) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        config.pause().ifPresent(pause -> {
            ObjectNode to = node.putObject("pause");
            to.put("by", pause.by()).put("reason", pause.reason()).put("since", pause.since().toString());
            pause.until().ifPresent(end -> to.put("until", end.toString()));
        });
        ObjectNode maintenance = node.putObject("maintenance");
        new TreeMap<>(config.maintenance()).forEach((name, m) -> maintenance
                .putObject(name)
                .put("by", m.by())
                .put("reason", m.reason())
                .put("since", m.since().toString()));
        node.put("acknowledged", config.acknowledged());
        config.order().ifPresent(order -> node.putObject("failover")
                .put("term", order.term())
                .put("by", order.by())
                .put("at", order.at().toString())
                .put("without-quorum", order.withoutQuorum()));
        return node.toString();
    }

    /**
     * Reads the value of the config key.
     *
     * @throws IllegalArgumentException when it is damaged; the message names the key
     */
    public static ClusterConfig readConfig(String key, String value) {
        return reading(key, value, node -> {
            if (!node.isObject()) {
                throw new IllegalArgumentException("it is no JSON object");
            }
            Map<String, ClusterConfig.Maintenance> maintenance = new TreeMap<>();
            for (Map.Entry<String, JsonNode> entry : node.path("maintenance").properties()) {
                JsonNode m = entry.getValue();
                maintenance.put(
                        entry.getKey(),
                        new ClusterConfig.Maintenance(text(m, "by"), text(m, "reason"), Instant.parse(text(m, "since"))));
            }
            return new ClusterConfig(
                    part(node, "pause").map(p -> new ClusterConfig.Pause(
                            text(p, "by"), text(p, "reason"), Instant.parse(text(p, "since")), instant(p, "until"))),
                    maintenance,
                    node.path("acknowledged").asLong(0),
                    part(node, "failover")
                            .map(o -> new ClusterConfig.Order(
                                    number(o, "term"),
                                    text(o, "by"),
                                    Instant.parse(text(o, "at")),
                                    o.path("without-quorum").asBoolean(false))));
        });
    }

    /** The value of the bootstrapped key. */
    public static String write(Bootstrap bootstrap) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("cluster-uuid", bootstrap.clusterUuid())
                .put("from", bootstrap.word())
                .toString();
    }

    /**
     * Reads the value of the bootstrapped key.
     *
     * @throws IllegalArgumentException when it is damaged; the message names the key
     */
    public static Bootstrap readBootstrap(String key, String value) {
        return reading(key, value, node -> new Bootstrap(text(node, "cluster-uuid"), text(node, "from")));
    }

    /** The value of the key of an election that promoted nobody. */
    public static String write(StoppedElection stopped) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("term", stopped.term());
        node.put("by", stopped.by());
        node.put("at", stopped.at().toString());
        node.put("reason", stopped.reason().text());
        VerdictJson.put(node, stopped.verdicts());
        return node.toString();
    }

    /**
     * Reads the value of that key.
     *
     * @throws IllegalArgumentException when it is damaged; the message names the key
     */
    public static StoppedElection readStoppedElection(String key, String value) {
        return reading(key, value, node -> new StoppedElection(
                number(node, "term"),
                text(node, "by"),
                Instant.parse(text(node, "at")),
                new Reason(text(node, "reason")),
                VerdictJson.read(node)));
    }

    private static ObjectNode write(Durability.Entry entry) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("term", entry.term());
        node.put("uuid", entry.primaryUuid());
        new TreeSet<>(entry.ackSet()).forEach(node.putArray("ack-set")::add);
        node.put("acks", entry.acksRequired());
        return node;
    }

    private static Durability.Entry readEntry(JsonNode node) {
        return new Durability.Entry(
                number(node, "term"), text(node, "uuid"), texts(node, "ack-set"), (int) number(node, "acks"));
    }

    private static Durability.HandOver readHandOver(JsonNode node) {
        return new Durability.HandOver(
                number(node, "term"),
                text(node, "from"),
                text(node, "to"),
                part(node, "must-hold").map(set -> GtidSet.parse(set.asText())));
    }

    private interface Reader<T> {
        T read(JsonNode node);
    }

    private static <T> T reading(String key, String value, Reader<T> reader) {
        try {
            return reader.read(JSON.readTree(value));
        } catch (JsonProcessingException | IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException("the Consul key " + key + " can't be read: " + e.getMessage(), e);
        }
    }

    private static Optional<JsonNode> part(JsonNode node, String name) {
        return node.hasNonNull(name) ? Optional.of(node.path(name)) : Optional.empty();
    }

    private static Optional<Instant> instant(JsonNode node, String name) {
        return part(node, name).map(at -> Instant.parse(at.asText()));
    }

    private static String text(JsonNode node, String name) {
        JsonNode field = node.path(name);
        if (!field.isTextual()) {
            throw new IllegalArgumentException("no text in field '" + name + "'");
        }
        return field.asText();
    }

    private static Set<String> texts(JsonNode node, String name) {
        Set<String> texts = new TreeSet<>();
        node.path(name).forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static long number(JsonNode node, String name) {
        JsonNode field = node.path(name);
        if (!field.isIntegralNumber()) {
            throw new IllegalArgumentException("no whole number in field '" + name + "'");
        }
        return field.asLong();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String upper(String value) {
        return value.toUpperCase(Locale.ROOT);
    }
}
