package io.autopilot.mysql.pilot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Consul's HTTP API, https://developer.hashicorp.com/consul/api-docs: agent/service, agent/check and health. */
final class HttpAgent implements Agent {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration CALL = Duration.ofSeconds(2);
    private static final Duration WAIT = Duration.ofSeconds(30);

    /** Consul adds up to a sixteenth to the wait. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(40);

    private final HttpClient client;
    private final Life.ConsulAccess access;

    private HttpAgent(HttpClient client, Life.ConsulAccess access) {
        this.client = client;
        this.access = access;
    }

    /** @throws IOException when the authorities of CONSUL_CACERT can't be read */
    static HttpAgent at(Life.ConsulAccess access) throws IOException {
        HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CALL);
        if (access.authorities().isPresent()) {
            builder.sslContext(trusting(Path.of(access.authorities().get())));
        }
        return new HttpAgent(builder.build(), access);
    }

    @Override
    public void register(Life.Service service, Duration ttl, String status) throws IOException, InterruptedException {
        ObjectNode body = JSON.createObjectNode();
        body.put("ID", service.id()).put("Name", service.name()).put("Address", service.address()).put("Port", service.port());
        body.put("EnableTagOverride", service.enableTagOverride());
        service.tags().forEach(body.putArray("Tags")::add);
        ObjectNode check = body.putObject("Check");
        check.put("TTL", ttl.toSeconds() + "s").put("Status", status).put("Notes", "TTL for " + service.name());
        service.deregisterAfter().ifPresent(after -> check.put("DeregisterCriticalServiceAfter", after));
        mustSucceed(put("/v1/agent/service/register", BodyPublishers.ofString(body.toString())), "register " + service.id());
    }

    @Override
    public boolean pass(Life.Service service) throws IOException, InterruptedException {
        HttpResponse<String> answer = put("/v1/agent/check/pass/service:" + service.id(), BodyPublishers.noBody());
        // Consul 1.8 says 500 for a check that it doesn't know, later ones 404.
        if (answer.statusCode() == 404 || answer.statusCode() == 500) {
            return false;
        }
        mustSucceed(answer, "heartbeat of " + service.id());
        return true;
    }

    @Override
    public void deregister(Life.Service service) throws IOException, InterruptedException {
        mustSucceed(
                put("/v1/agent/service/deregister/" + service.id(), BodyPublishers.noBody()), "deregister " + service.id());
    }

    @Override
    public Instances await(Life.Watch watch, long index) throws IOException, InterruptedException {
        StringBuilder path = new StringBuilder("/v1/health/service/" + watch.service() + "?passing=1");
        watch.tag().ifPresent(tag -> path.append("&tag=").append(URLEncoder.encode(tag, StandardCharsets.UTF_8)));
        watch.datacenter().ifPresent(dc -> path.append("&dc=").append(URLEncoder.encode(dc, StandardCharsets.UTF_8)));
        if (index > 0) {
            path.append("&index=").append(index).append("&wait=").append(WAIT.toSeconds()).append('s');
        }
        HttpResponse<String> answer = send(request(path.toString(), index > 0 ? LONGEST_WAIT : CALL).GET().build());
        mustSucceed(answer, "watch " + watch.service());
        List<JsonNode> services = new ArrayList<>();
        for (JsonNode entry : JSON.readTree(answer.body())) {
            services.add(entry.path("Service"));
        }
        services.sort(Comparator.comparing(service -> service.path("ID").asText()));
        List<String> endpoints = services.stream()
                .map(service -> service.path("Address").asText() + ":" + service.path("Port").asInt())
                .toList();
        return new Instances(answer.headers().firstValueAsLong("X-Consul-Index").orElse(0), endpoints);
    }

    private HttpResponse<String> put(String path, BodyPublisher body) throws IOException, InterruptedException {
        return send(request(path, CALL).PUT(body).build());
    }

    private HttpRequest.Builder request(String path, Duration timeout) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(access.address().resolve(path)).timeout(timeout);
        access.token().ifPresent(token -> builder.header("X-Consul-Token", token));
        return builder;
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IOException("Consul at " + access.address() + ": " + e, e);
        }
    }

    private static void mustSucceed(HttpResponse<String> answer, String operation) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException(operation + ": Consul answered " + answer.statusCode() + " " + answer.body().strip());
        }
    }

    private static SSLContext trusting(Path authorities) throws IOException {
        try (InputStream pem = Files.newInputStream(authorities)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("authority-" + store.size(), certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("CONSUL_CACERT " + authorities + ": " + e.getMessage(), e);
        }
    }
}
