package io.autopilot.mysql.adapter.store;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.autopilot.mysql.adapter.store.MantaTree.Node;
import io.autopilot.mysql.adapter.store.MantaTree.RefusedException;
import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.config.StoreSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands in for a Manta: no server of it can be had. It speaks the part of the REST API that a store needs, with the real one's statuses,
 * error codes and directories, and checks the signature of every request (HTTP signatures, draft-cavage-http-signatures-03). MantaStandInIT
 * holds it against a client that this project doesn't use. Thread-safe.
 */
final class MantaStandIn implements AutoCloseable {
    static final String ACCOUNT = "account";
    static final String ROOT = "/" + ACCOUNT + "/stor";

    private static final JsonMapper JSON = new JsonMapper();
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.RFC_1123_DATE_TIME.withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter LISTED = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern PARAMETER = Pattern.compile("(\\w+)=\"([^\"]*)\"");
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");
    private static final Pattern QUERY = Pattern.compile("(?:^|&)(limit|marker)=([^&]*)");
    private static final Duration SKEW = Duration.ofMinutes(5);
    private static final String DIRECTORY = "application/x-json-stream; type=directory";
    private static final int USUAL_LIMIT = 256;
    private static final int HIGHEST_LIMIT = 1024;

    private final HttpServer server;
    private final boolean tls;
    private final MantaTree tree = new MantaTree(ACCOUNT);
    /** By the id that requests name them with. */
    private final Map<String, MantaKey> keys = new ConcurrentHashMap<>();
    private final List<String> roles = new CopyOnWriteArrayList<>();
    private final MantaKey key = MantaKey.make();

    private MantaStandIn(HttpServer server, boolean tls) {
        this.server = server;
        this.tls = tls;
        addKey(ACCOUNT, key);
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    }

    static MantaStandIn start() throws IOException {
        return started(new MantaStandIn(HttpServer.create(anyPort(), 0), false));
    }

    static MantaStandIn start(TestTls tls) throws IOException {
        HttpsServer server = HttpsServer.create(anyPort(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls.server()));
        return started(new MantaStandIn(server, true));
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static MantaStandIn started(MantaStandIn standIn) {
        standIn.server.start();
        return standIn;
    }

    /** @param login of an account, or {@code account/subuser} */
    void addKey(String login, MantaKey added) {
        keys.put("/" + login + "/keys/" + added.id(), added);
    }

    /** Makes a directory with so many objects of no content. */
    void fill(String directory, int number) throws RefusedException {
        tree.makeDirectory(directory);
        for (int i = 0; i < number; i++) {
            tree.endWriting(String.format("%s/%06d", directory, i), Optional.of(MantaTree.leaf(new byte[0])));
        }
    }

    MantaKey key() {
        return key;
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return (tls ? "https" : "http") + "://127.0.0.1:" + port();
    }

    /** The roles that requests asked for, in turn; those without are left out. */
    List<String> roles() {
        return List.copyOf(roles);
    }

    StoreSettings.Manta settings() {
        return settings(url(), ROOT);
    }

    StoreSettings.Manta settings(String url, String directory) {
        return new StoreSettings.Manta(
                url,
                ACCOUNT,
                Optional.empty(),
                Optional.empty(),
                key.id(),
                new Secret(key.pem()),
                directory,
                Optional.empty(),
                false);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                checkSignature(exchange);
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("Role")).ifPresent(roles::add);
                String path = exchange.getRequestURI().getPath().replaceFirst("(?<=.)/$", "");
                switch (exchange.getRequestMethod()) {
                    case "PUT" -> put(exchange, path);
                    case "GET", "HEAD" -> get(exchange, path);
                    case "DELETE" -> {
                        tree.delete(path);
                        empty(exchange, 204);
                    }
                    default -> throw new RefusedException(405, "MethodNotAllowedError", exchange.getRequestMethod());
                }
            } catch (RefusedException e) {
                exchange.getRequestBody().readAllBytes();
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                ObjectNode error = JSON.createObjectNode().put("code", e.code).put("message", e.getMessage());
                answer(exchange, e.status, JSON.writeValueAsBytes(error));
            }
        }
    }

    private void checkSignature(HttpExchange exchange) throws RefusedException {
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization == null || !authorization.startsWith("Signature ")) {
            throw new RefusedException(403, "AuthorizationRequired", "Authorization is required");
        }
        Map<String, String> parameters = new ConcurrentHashMap<>();
        PARAMETER.matcher(authorization).results().forEach(found -> parameters.put(found.group(1), found.group(2)));
        MantaKey signer = keys.get(parameters.getOrDefault("keyId", ""));
        if (signer == null) {
            throw new RefusedException(403, "KeyDoesNotExist", parameters.get("keyId") + " does not exist");
        }
        checkDate(exchange.getRequestHeaders().getFirst("Date"));
        try {
            Signature signature = Signature.getInstance(algorithm(parameters.get("algorithm")));
            signature.initVerify(signer.publicKey());
            signature.update(signed(exchange, parameters.getOrDefault("headers", "date")).getBytes(StandardCharsets.UTF_8));
            if (!signature.verify(Base64.getDecoder().decode(parameters.getOrDefault("signature", "")))) {
                throw new RefusedException(403, "InvalidSignature", "The signature we calculated does not match the one you sent");
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new RefusedException(403, "InvalidSignature", e.toString());
        }
    }

    private static void checkDate(String date) throws RefusedException {
        if (date == null
                || Duration.between(ZonedDateTime.parse(date, HTTP_DATE).toInstant(), Instant.now()).abs().compareTo(SKEW) > 0) {
            throw new RefusedException(403, "InvalidSignature", "clock skew was greater than 300s: " + date);
        }
    }

    private static String algorithm(String name) throws RefusedException {
        return switch (String.valueOf(name)) {
            case "rsa-sha1" -> "SHA1withRSA";
            case "rsa-sha256" -> "SHA256withRSA";
            case "rsa-sha512" -> "SHA512withRSA";
            default -> throw new RefusedException(403, "InvalidAlgorithm", name + " is not supported");
        };
    }

    private static String signed(HttpExchange exchange, String headers) {
        List<String> lines = new ArrayList<>();
        for (String header : headers.split(" ", -1)) {
            lines.add(header.equals("(request-target)")
                    ? header + ": " + exchange.getRequestMethod().toLowerCase(java.util.Locale.ROOT) + " " + exchange.getRequestURI()
                    : header + ": " + exchange.getRequestHeaders().getFirst(header));
        }
        return String.join("\n", lines);
    }

    private void put(HttpExchange exchange, String path) throws IOException, RefusedException {
        String type = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"));
        if (type.contains("type=directory")) {
            exchange.getRequestBody().readAllBytes();
            tree.makeDirectory(path).ifPresent(before -> modified(exchange, before));
            empty(exchange, 204);
            return;
        }
        tree.beginWriting(path);
        Optional<Node.Leaf> written = Optional.empty();
        try {
            // Of a request that is shorter than it says this throws, and nothing is written.
            Node.Leaf leaf = MantaTree.leaf(exchange.getRequestBody().readAllBytes());
            String md5 = exchange.getRequestHeaders().getFirst("Content-MD5");
            if (md5 != null && !md5.equals(base64(leaf.md5()))) {
                throw new RefusedException(400, "ContentMD5Mismatch", "Content-MD5 expected to be " + md5 + ", but was " + base64(leaf.md5()));
            }
            written = Optional.of(leaf);
        } finally {
            tree.endWriting(path, written);
        }
        modified(exchange, written.get());
        exchange.getResponseHeaders().set("Etag", written.get().etag());
        exchange.getResponseHeaders().set("Computed-MD5", base64(written.get().md5()));
        empty(exchange, 204);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static void modified(HttpExchange exchange, Node node) {
        exchange.getResponseHeaders().set("Last-Modified", HTTP_DATE.format(node.modified()));
    }

    private void get(HttpExchange exchange, String path) throws IOException, RefusedException {
        Node node = tree.get(path);
        modified(exchange, node);
        switch (node) {
            case Node.Directory directory -> list(exchange, path);
            case Node.Leaf leaf -> read(exchange, leaf);
        }
    }

    private static void read(HttpExchange exchange, Node.Leaf leaf) throws IOException, RefusedException {
        exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
        exchange.getResponseHeaders().set("Etag", leaf.etag());
        exchange.getResponseHeaders().set("Content-MD5", base64(leaf.md5()));
        exchange.getResponseHeaders().set("Durability-Level", "2");
        String wanted = exchange.getRequestHeaders().getFirst("Range");
        if (wanted == null) {
            answer(exchange, 200, leaf.content());
            return;
        }
        Matcher range = RANGE.matcher(wanted);
        int length = leaf.content().length;
        if (!range.matches() || Integer.parseInt(range.group(1)) >= length) {
            throw new RefusedException(416, "RequestedRangeNotSatisfiable", wanted);
        }
        int from = Integer.parseInt(range.group(1));
        int to = range.group(2).isEmpty() ? length - 1 : Math.min(length - 1, Integer.parseInt(range.group(2)));
        exchange.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + to + "/" + length);
        answer(exchange, 206, Arrays.copyOfRange(leaf.content(), from, to + 1));
    }

    /** A page of it, from the marker on, which is the first of them. */
    private void list(HttpExchange exchange, String path) throws IOException, RefusedException {
        int limit = USUAL_LIMIT;
        String marker = "";
        Matcher query = QUERY.matcher(Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""));
        while (query.find()) {
            String value = java.net.URLDecoder.decode(query.group(2), StandardCharsets.UTF_8);
            if (query.group(1).equals("limit")) {
                limit = Integer.parseInt(value);
            } else {
                marker = value;
            }
        }
        if (limit < 1 || limit > HIGHEST_LIMIT) {
            throw new RefusedException(400, "InvalidLimit", limit + " is no limit");
        }
        List<Map.Entry<String, Node>> children = tree.children(path);
        StringBuilder lines = new StringBuilder();
        int told = 0;
        for (Map.Entry<String, Node> child : children) {
            if (told < limit && child.getKey().compareTo(marker) >= 0) {
                lines.append(line(child.getKey(), child.getValue())).append('\n');
                told++;
            }
        }
        exchange.getResponseHeaders().set("Content-Type", DIRECTORY);
        exchange.getResponseHeaders().set("Result-Set-Size", String.valueOf(children.size()));
        answer(exchange, 200, lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String line(String name, Node node) {
        ObjectNode line = JSON.createObjectNode().put("name", name).put("mtime", LISTED.format(node.modified()));
        switch (node) {
            case Node.Directory directory -> line.put("type", "directory");
            case Node.Leaf leaf ->
                line.put("type", "object").put("etag", leaf.etag()).put("size", leaf.content().length).put("durability", 2);
        }
        return line.toString();
    }

    private static void empty(HttpExchange exchange, int status) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Date", HTTP_DATE.format(Instant.now()));
        exchange.sendResponseHeaders(status, -1);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
