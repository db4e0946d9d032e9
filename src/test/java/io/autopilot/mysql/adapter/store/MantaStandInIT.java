package io.autopilot.mysql.adapter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.port.SnapshotStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The stand-in for Manta, asked by a client that was written by Manta's makers, for Node, and that this project doesn't use. */
@Tag("side-by-side")
@Timeout(600)
class MantaStandInIT {
    private static final String PACKAGE = "manta@5.4.2";

    @TempDir
    Path directory;

    private static String run(ProcessBuilder builder) throws IOException, InterruptedException {
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(10, TimeUnit.SECONDS), said);
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    /** Kept from one run to the next, since it is 150 packages. */
    private static Path client() throws IOException, InterruptedException {
        Path kept = Path.of("target/npm").toAbsolutePath();
        if (Files.notExists(kept.resolve("node_modules/manta/package.json"))) {
            Files.createDirectories(kept);
            // What some of them would compile is optional, and not needed.
            run(new ProcessBuilder("npm", "install", "--silent", "--no-save", "--ignore-scripts", "--prefix", kept.toString(), PACKAGE));
        }
        return kept.resolve("node_modules");
    }

    private Map<String, String> ask(MantaStandIn manta) throws IOException, InterruptedException {
        Path key = Files.writeString(directory.resolve("key"), manta.key().pem());
        Path script = Path.of("src/test/resources/manta/client.js").toAbsolutePath();
        ProcessBuilder node =
                new ProcessBuilder("node", script.toString(), manta.url(), MantaStandIn.ACCOUNT, key.toString(), manta.key().id());
        node.environment().put("NODE_PATH", client().toString());
        node.environment().put("NODE_NO_WARNINGS", "1");
        Map<String, String> came = new LinkedHashMap<>();
        for (String line : run(node).lines().toList()) {
            JsonNode step = new JsonMapper().readTree(line);
            came.put(step.get("name").asText(), step.get("came").isValueNode() ? step.get("came").asText() : step.get("came").toString());
        }
        return came;
    }

    @Test
    void anotherClientFindsWhatItExpectsOfManta() throws Exception {
        try (MantaStandIn manta = MantaStandIn.start()) {
            SnapshotStore store = RemoteStore.of(manta.settings(), "mysql", Clock.systemUTC());
            SnapshotStoreContract.put(store, "object", "content");
            Map<String, String> expected = new LinkedHashMap<>();
            expected.put("put without a directory", "404 DirectoryDoesNotExist");
            expected.put("make directories", "done");
            expected.put("make one again", "done");
            expected.put("put", "done");
            expected.put("put what is damaged on its way", "400 ContentMD5Mismatch");
            expected.put("put over a directory", "400 OperationNotAllowedOnDirectory");
            expected.put("put below an object", "400 ParentNotDirectory");
            expected.put("info", "1000003 true");
            expected.put("get", "true");
            expected.put("get nothing", "404 ResourceNotFound");
            for (int i = 0; i < 5; i++) {
                expected.put("put " + i, "done");
            }
            expected.put("list", "[\"0 0\",\"1 1\",\"2 2\",\"3 3\",\"4 4\",\"c/\"]");
            expected.put("list from the middle on", "[\"2 2\",\"3 3\",\"4 4\",\"c/\"]");
            // The client makes its own word of an answer to this one.
            expected.put("list nothing", "404 NotFound");
            expected.put("remove a directory that is not empty", "400 DirectoryNotEmpty");
            expected.put("remove nothing", "404 ResourceNotFound");
            expected.put("read what the store wrote", "content");
            expected.put("remove all", "[\"mysql/\"]");
            expected.put("with a key that is not known", "403 KeyDoesNotExist");
            Map<String, String> came = ask(manta);
            assertEquals(
                    String.join("\n", lines(expected)), String.join("\n", lines(came)), "what " + PACKAGE + " found");
        }
    }

    private static List<String> lines(Map<String, String> came) {
        return came.entrySet().stream().map(step -> step.getKey() + ": " + step.getValue()).toList();
    }
}
