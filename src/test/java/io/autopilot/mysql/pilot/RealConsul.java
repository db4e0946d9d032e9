package io.autopilot.mysql.pilot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** A Consul server in a container, and the calls that play the other nodes. */
final class RealConsul implements AutoCloseable {
    private final GenericContainer<?> server = new GenericContainer<>(
                    DockerImageName.parse(System.getProperty("consul.image", "mysql-autopilot-consul:local")))
            .withExposedPorts(8500)
            .waitingFor(Wait.forHttp("/v1/status/leader").forResponsePredicate(leader -> leader.contains(":")));
    private final HttpClient client = HttpClient.newHttpClient();

    void start() {
        server.start();
    }

    String address() {
        return server.getHost() + ":" + server.getMappedPort(8500);
    }

    /** Makes a service that stays passing: it has no check. */
    void register(String name, String id, int port) throws IOException, InterruptedException {
        put("/v1/agent/service/register", "{\"Name\":\"" + name + "\",\"ID\":\"" + id + "\",\"Port\":" + port + ",\"Address\":\"10.0.0.1\"}");
    }

    void deregister(String id) throws IOException, InterruptedException {
        put("/v1/agent/service/deregister/" + id, "");
    }

    /** The passing instances, as Consul's JSON. */
    String passing(String name) {
        return get("/v1/health/service/" + name + "?passing=1");
    }

    private String get(String path) {
        try {
            return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString()).body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(path, e);
        }
    }

    private void put(String path, String body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(path)).PUT(BodyPublishers.ofString(body)).build();
        HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer::body);
    }

    private URI uri(String path) {
        return URI.create("http://" + address() + path);
    }

    @Override
    public void close() {
        server.stop();
    }
}
