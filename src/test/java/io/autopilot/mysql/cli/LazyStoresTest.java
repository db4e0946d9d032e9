package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.joyent.http.signature.KeyFingerprinter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A health check runs every few seconds: it must neither pay for the client of a store nor fail with it. */
@Timeout(120)
class LazyStoresTest {
    private static final Pattern CLIENT = Pattern.compile(
            "(io\\.minio|okhttp3|com\\.joyent|org\\.apache\\.http|org\\.bouncycastle|io\\.autopilot\\.mysql\\.adapter\\.store\\.(S3|Manta))\\S*");

    @TempDir
    Path directory;

    private record Ran(List<String> said, List<String> clients) {}

    /** Classes of clients that a JVM loads which wires hooks. */
    private Ran wire(Map<String, String> environment, String... arguments) throws Exception {
        Path loaded = directory.resolve("loaded");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xlog:class+load=info:file=" + loaded + ":none",
                "-cp",
                System.getProperty("java.class.path"),
                StoreWiring.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(Map.of("MYSQL_REPL_PASSWORD", "replication", "NODE_ADDRESS", "127.0.0.1", "CONSUL", "127.0.0.1"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        List<String> said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, process.waitFor());
        List<String> clients = new ArrayList<>();
        boolean hook = false;
        for (String line : Files.readAllLines(loaded)) {
            hook |= line.contains("io.autopilot.mysql.hook.Health ");
            CLIENT.matcher(line.split(" ", 2)[0]).results().forEach(found -> clients.add(found.group()));
        }
        assertTrue(hook, "the log of loaded classes has no hook");
        return new Ran(said, clients);
    }

    private void clientsAreLoadedWhenTheStoreIsUsed(Map<String, String> environment, String client, String place) throws Exception {
        Ran wired = wire(environment);
        assertEquals(3, wired.said().size(), wired::toString);
        assertEquals(List.of(), wired.clients());
        Ran used = wire(environment, "use");
        assertEquals("place " + place, used.said().getLast());
        assertNotEquals(0, used.clients().stream().filter(name -> name.startsWith(client)).count());
    }

    @Test
    void hooksLoadNoClientOfS3() throws Exception {
        clientsAreLoadedWhenTheStoreIsUsed(
                Map.of("SNAPSHOT_BACKEND", "s3", "S3_BUCKET", "snapshots", "S3_ACCESS_KEY", "key", "S3_SECRET_KEY", "secret"),
                "io.minio.",
                "https://s3.amazonaws.com/snapshots/mysql/");
    }

    @Test
    void hooksLoadNoClientOfManta() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        StringWriter pem = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
            writer.writeObject(pair.getPrivate());
        }
        clientsAreLoadedWhenTheStoreIsUsed(
                Map.of(
                        "SNAPSHOT_BACKEND", "manta",
                        "MANTA_URL", "https://manta.invalid",
                        "MANTA_USER", "account",
                        "MANTA_KEY_ID", KeyFingerprinter.md5Fingerprint(pair),
                        "MANTA_PRIVATE_KEY", pem.toString().replace('\n', '#')),
                "com.joyent.",
                "https://manta.invalid/account/stor/mysql/");
    }
}
