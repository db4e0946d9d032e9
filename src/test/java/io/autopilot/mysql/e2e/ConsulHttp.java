package io.autopilot.mysql.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Consul over HTTP, as an application asks it: a poll must not cost the machine what it measures. */
final class ConsulHttp implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration CALL = Duration.ofSeconds(3);

    private final String base;
    private final HttpClient http = HttpClient.newHttpClient();

    /** @param authority host:port */
    ConsulHttp(String authority) {
        this.base = "http://" + authority + "/v1/";
    }

    /** The nodes with a passing instance of the service; none while Consul doesn't answer. */
    List<String> passing(String service) {
        List<String> nodes = new ArrayList<>();
        ask("health/service/" + service + "?passing=1")
                .ifPresent(answer -> answer.forEach(
                        entry -> nodes.add(entry.path("Service").path("ID").asText().substring(service.length() + 1))));
        return nodes;
    }

    /** Keys that begin so, with their values; none while Consul doesn't answer. */
    Map<String, String> keys(String prefix) {
        Map<String, String> keys = new TreeMap<>();
        ask("kv/" + prefix + "?recurse&consistent").ifPresent(answer -> answer.forEach(entry -> keys.put(
                entry.path("Key").asText(),
                new String(Base64.getDecoder().decode(entry.path("Value").asText("")), StandardCharsets.UTF_8))));
        return keys;
    }

    /** The names of all services in the catalog, Consul's own among them; none while it doesn't answer. */
    Set<String> services() {
        Set<String> names = new TreeSet<>();
        ask("catalog/services").ifPresent(answer -> answer.fieldNames().forEachRemaining(names::add));
        return names;
    }

    private Optional<JsonNode> ask(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(base + path)).timeout(CALL).build();
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(JSON.readTree(answer.body())) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
