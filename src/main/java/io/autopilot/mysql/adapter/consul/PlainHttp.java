package io.autopilot.mysql.adapter.consul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.adapter.tls.Trust;
import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;

/**
 * Calls by the JDK's oldest client, for what a settled health run asks and for what the client library lacks (sessions on service checks,
 * refused transactions). To load and wire the library's client takes longer than all else that such a run does
 * (docs/decisions/0008). Thread-safe.
 */
final class PlainHttp {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int FIRST_ERROR = 400;

    private final ConsulTarget target;
    private final Optional<Trust> trust;

    PlainHttp(ConsulTarget target, Optional<Trust> trust) {
        this.target = target;
        this.trust = trust;
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

        boolean isOk() {
            return status == HttpURLConnection.HTTP_OK;
        }
    }

    /** The operation is for the message of an error. */
    Answer get(String what, String path, Deadline deadline) {
        return call(what, "GET", path, deadline, connection -> {});
    }

    /** Sent once: what the first try of a lost answer has done must not be hidden by a second one. */
    Answer put(String what, String path, String body, Deadline deadline) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return call(what, "PUT", path, deadline, connection -> {
            connection.setDoOutput(true);
            connection.setRequestProperty("Content-Type", "application/json");
            // The JDK repeats a request by itself unless its body is streamed.
            connection.setFixedLengthStreamingMode(bytes.length);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(bytes);
            }
        });
    }

    private interface Sending {
        void on(HttpURLConnection connection) throws IOException;
    }

    private Answer call(String what, String method, String path, Deadline deadline, Sending sending) {
        Cancellation.check();
        try {
            HttpURLConnection connection = open(path, deadline);
            connection.setRequestMethod(method);
            sending.on(connection);
            int status = connection.getResponseCode();
            try (InputStream in = status < FIRST_ERROR ? connection.getInputStream() : connection.getErrorStream()) {
                return new Answer(status, in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (UnknownHostException e) {
            // Its message is the bare name.
            throw new ConsulException("Consul at " + target.url() + ", " + what + ": the name " + target.host() + " has no address", e);
        } catch (IOException e) {
            throw new ConsulException("Consul at " + target.url() + ", " + what + ": " + e.getMessage(), e);
        }
    }

    private HttpURLConnection open(String path, Deadline deadline) throws IOException {
        int millis = Math.clamp(deadline.remaining().toMillis(), 1, Integer.MAX_VALUE);
        HttpURLConnection connection =
                (HttpURLConnection) URI.create(target.url() + path).toURL().openConnection();
        if (connection instanceof HttpsURLConnection secure) {
            trust.ifPresent(t -> secure.setSSLSocketFactory(t.context().getSocketFactory()));
        }
        connection.setConnectTimeout(millis);
        connection.setReadTimeout(millis);
        connection.setInstanceFollowRedirects(false);
        target.token().ifPresent(token -> connection.setRequestProperty("X-Consul-Token", token.reveal()));
        return connection;
    }
}
