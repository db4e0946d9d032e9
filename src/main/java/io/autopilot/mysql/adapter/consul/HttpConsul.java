package io.autopilot.mysql.adapter.consul;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autopilot.mysql.adapter.consul.PlainHttp.Answer;
import io.autopilot.mysql.adapter.tls.Trust;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SessionGoneException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Consul by its HTTP API. What a settled health run asks, and what the client library lacks, by {@link PlainHttp}; the rest by the library,
 * which is loaded at its first use. Thread-safe. Source: Consul's HTTP API documentation.
 */
public final class HttpConsul implements Consul {
    static final String INVALID_SESSION = "invalid session";

    private final ConsulTarget target;
    private final Optional<Trust> trust;
    private final PlainHttp http;
    private volatile @Nullable OrbitzCalls library;

    /**
     * Opens no connection.
     *
     * @throws ConsulException when the file of authorities can't be read
     */
    public HttpConsul(ConsulTarget target) {
        this.target = target;
        this.trust = target.caFile().map(HttpConsul::trust);
        this.http = new PlainHttp(target, trust);
    }

    private static Trust trust(Path caFile) {
        try {
            return Trust.of(caFile);
        } catch (IOException e) {
            throw new ConsulException(String.valueOf(e.getMessage()), e);
        }
    }

    private OrbitzCalls library() {
        OrbitzCalls made = library;
        if (made == null) {
            // Two at once do no harm: they hold nothing but connections.
            made = new OrbitzCalls(target, trust);
            library = made;
        }
        return made;
    }

    @Override
    public Optional<KvEntry> get(String key, Deadline deadline) {
        return get(key, "", deadline);
    }

    @Override
    public Optional<KvEntry> awaitChange(String key, long modifyIndex, Duration wait, Deadline deadline) {
        // Consul adds up to a sixteenth to the wait, and the answer takes its time, too.
        Duration fits = deadline.remaining().multipliedBy(3).dividedBy(4);
        Duration bounded = wait.compareTo(fits) < 0 ? wait : fits;
        // Consul takes a wait of zero for its longest.
        String query = bounded.toMillis() > 0 ? "&index=" + modifyIndex + "&wait=" + text(bounded) : "";
        return get(key, query, deadline);
    }

    private Optional<KvEntry> get(String key, String query, Deadline deadline) {
        String what = "read " + key;
        Answer answer = http.get(what, "/v1/kv/" + path(key) + "?consistent" + query, deadline);
        if (answer.status() == HttpURLConnection.HTTP_NOT_FOUND) {
            return Optional.empty();
        }
        return Optional.of(entry(ok(what, answer).json().path(0)));
    }

    private static KvEntry entry(JsonNode node) {
        String value = node.path("Value").isTextual()
                ? new String(Base64.getDecoder().decode(node.path("Value").asText()), StandardCharsets.UTF_8)
                : "";
        return new KvEntry(
                node.path("Key").asText(),
                value,
                node.path("ModifyIndex").asLong(),
                Optional.of(node.path("Session").asText("")).filter(session -> !session.isEmpty()));
    }

    @Override
    public List<KvEntry> list(String prefix, Deadline deadline) {
        return library().list(prefix, deadline);
    }

    @Override
    public boolean cas(String key, String value, long modifyIndex, Deadline deadline) {
        return transact(List.of(new TxnOp.Cas(key, value, modifyIndex)), deadline) instanceof TxnResult.Committed;
    }

    @Override
    public boolean deleteCas(String key, long modifyIndex, Deadline deadline) {
        return transact(List.of(new TxnOp.DeleteCas(key, modifyIndex)), deadline) instanceof TxnResult.Committed;
    }

    @Override
    public boolean acquire(String key, String value, String session, Deadline deadline) {
        return transact(List.of(new TxnOp.Lock(key, value, session)), deadline) instanceof TxnResult.Committed;
    }

    @Override
    public boolean release(String key, String value, String session, Deadline deadline) {
        return transact(List.of(new TxnOp.Unlock(key, value, session)), deadline) instanceof TxnResult.Committed;
    }

    @Override
    public TxnResult transact(List<TxnOp> operations, Deadline deadline) {
        TxnResult result = Transactions.read(http.put("transact", "/v1/txn", Transactions.write(operations), deadline));
        if (result instanceof TxnResult.Refused refused
                && refused.reasons().stream().anyMatch(r -> r.contains(INVALID_SESSION))) {
            throw new SessionGoneException("Consul at " + target.url() + ": " + refused.reasons(), null);
        }
        return result;
    }

    @Override
    public String createSession(SessionSpec spec, Deadline deadline) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("Name", spec.name());
        body.put("TTL", text(spec.ttl()));
        body.put("LockDelay", text(spec.lockDelay()));
        body.put("Behavior", "release");
        ArrayNode nodeChecks = body.putArray("NodeChecks");
        if (spec.nodeCheck()) {
            nodeChecks.add("serfHealth");
        }
        ArrayNode serviceChecks = body.putArray("ServiceChecks");
        spec.serviceCheck().ifPresent(check -> serviceChecks.addObject().put("ID", check));
        String what = "make a session";
        return ok(what, http.put(what, "/v1/session/create", body.toString(), deadline))
                .json()
                .path("ID")
                .asText();
    }

    @Override
    public boolean renewSession(String session, Deadline deadline) {
        String what = "renew the session";
        Answer answer = http.put(what, "/v1/session/renew/" + path(session), "", deadline);
        if (answer.status() == HttpURLConnection.HTTP_NOT_FOUND) {
            return false;
        }
        ok(what, answer);
        return true;
    }

    @Override
    public boolean sessionExists(String session, Deadline deadline) {
        String what = "read the session";
        return !ok(what, http.get(what, "/v1/session/info/" + path(session), deadline)).json().isEmpty();
    }

    @Override
    public void destroySession(String session, Deadline deadline) {
        library().destroySession(session, deadline);
    }

    @Override
    public void register(ServiceSpec service, Deadline deadline) {
        library().register(service, deadline);
    }

    @Override
    public void deregister(String serviceId, Deadline deadline) {
        library().deregister(serviceId, deadline);
    }

    @Override
    public boolean updateCheck(String checkId, CheckStatus status, String note, Deadline deadline) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("Status", status.name().toLowerCase(Locale.ROOT)).put("Output", note);
        String what = "update " + checkId;
        Answer answer = http.put(what, "/v1/agent/check/update/" + path(checkId), body.toString(), deadline);
        if (isUnknownCheck(answer)) {
            return false;
        }
        ok(what, answer);
        return true;
    }

    /** 1.8 answers 500 in its own words, later versions 404. */
    private static boolean isUnknownCheck(Answer answer) {
        return answer.status() == HttpURLConnection.HTTP_NOT_FOUND
                || (answer.status() == HttpURLConnection.HTTP_INTERNAL_ERROR
                        && (answer.body().contains("does not have associated TTL") || answer.body().contains("Unknown check")));
    }

    @Override
    public List<ServiceInstance> instances(String service, Deadline deadline) {
        return library().instances(service, deadline);
    }

    @Override
    public boolean agentIsLocal() {
        return target.host().equals("localhost") || target.host().startsWith("127.") || target.host().equals("::1");
    }

    private Answer ok(String what, Answer answer) {
        if (answer.isOk()) {
            return answer;
        }
        String message = "Consul at " + target.url() + ", " + what + ": " + answer.status() + " " + answer.body().strip();
        if (answer.body().contains(INVALID_SESSION)) {
            throw new SessionGoneException(message, null);
        }
        throw new ConsulException(message, null);
    }

    /** Each part of a key as a part of a path. */
    private static String path(String key) {
        return URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
    }

    private static String text(Duration duration) {
        return duration.toMillis() + "ms";
    }
}
