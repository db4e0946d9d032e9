package io.autopilot.mysql.adapter.consul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;

/** The few calls that the client library lacks or whose answers it drops: sessions on service checks, refused transactions. */
final class RawHttp {
    private static final MediaType JSON_TYPE = MediaType.get("application/json");
    private static final JsonMapper JSON = new JsonMapper();

    private final OkHttpClient client;
    private final ConsulTarget target;

    RawHttp(OkHttpClient client, ConsulTarget target) {
        this.client = client;
        this.target = target;
    }

    /** An answer with its status; any status is a value here. */
    record Answer(int status, String body) {
        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (JsonProcessingException e) {
                throw new ConsulException("Consul answered " + status + " with no JSON: " + body, e);
            }
        }
    }

    Answer put(String path, String body, Deadline deadline) {
        Request.Builder request =
                new Request.Builder().url(target.url() + path).put(RequestBody.create(body, JSON_TYPE));
        target.token().ifPresent(token -> request.header("X-Consul-Token", token.reveal()));
        OkHttpClient bounded = client.newBuilder()
                .callTimeout(Math.max(1, deadline.remaining().toMillis()), TimeUnit.MILLISECONDS)
                .build();
        try (Response response = bounded.newCall(request.build()).execute()) {
            ResponseBody answer = response.body();
            return new Answer(response.code(), answer == null ? "" : answer.string());
        } catch (IOException e) {
            throw new ConsulException("Consul at " + target.url() + ", PUT " + path + ": " + e.getMessage(), e);
        }
    }
}
