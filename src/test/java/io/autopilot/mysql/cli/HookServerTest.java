package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.port.Cancellation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server with the script that asks it, as ContainerPilot runs it; where that goes on by itself, a script stands in for the JVM. */
class HookServerTest {
    private static final long BOUND = 20;

    @TempDir
    private Path directory;

    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final List<HookServer> servers = new ArrayList<>();
    private Path note;

    @BeforeEach
    void files() throws IOException {
        note = directory.resolve("run/hooks");
        Files.createDirectories(note.getParent());
        Files.writeString(note.resolveSibling("mysqld.start"), "");
        Path java = Files.writeString(directory.resolve("java"), "#!/bin/bash\necho \"${@: -1}\" >\"$JVM\"\nexit 42\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    }

    @AfterEach
    void end() throws IOException {
        for (HookServer server : servers) {
            server.close();
        }
    }

    private HookServer serve(ResidentHooks.CommandLine commandLine) throws IOException {
        ResidentHooks hooks = new ResidentHooks(
                (command, environment) -> {
                    asked.add("program " + command);
                    throw new IOException("a program");
                },
                (environment, arguments) -> {
                    asked.add(environment + " " + String.join(" ", arguments));
                    return commandLine.run(environment, arguments);
                });
        HookServer server = HookServer.open(note, hooks, Map.of("LEASE", "9s"));
        servers.add(server);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                server.serve();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return server;
    }

    private Process manage(boolean supervised, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of("docker/manage").toAbsolutePath().toString()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
        builder.environment().put("RUN_DIR", note.getParent().toString());
        builder.environment().put("JVM", directory.resolve("jvm").toString());
        builder.environment().remove("CONTAINERPILOT_PID");
        if (supervised) {
            builder.environment().put("CONTAINERPILOT_PID", "1");
        }
        return builder.start();
    }

    private static int ended(Process process) throws InterruptedException {
        assertTrue(process.waitFor(BOUND, TimeUnit.SECONDS));
        return process.exitValue();
    }

    private String inOwnJvm() throws IOException {
        Path jvm = directory.resolve("jvm");
        return Files.exists(jvm) ? Files.readString(jvm).strip() : "";
    }

    @Test
    void theScriptAsksAndEndsWithTheExitCodeOfTheRun() throws Exception {
        serve((environment, arguments) -> arguments.length == 1 ? 69 : 0);
        assertEquals(69, ended(manage(true, "health")));
        assertEquals(0, ended(manage(true, "onChange", "--crashed")));
        assertEquals(0, ended(manage(true, "onChange", "--if-running")));
        assertEquals(List.of("{LEASE=9s} health", "{LEASE=9s} onChange --crashed", "{LEASE=9s} onChange --if-running"), asked);
        assertEquals("", inOwnJvm());
    }

    @Test
    void whetherASnapshotIsDueIsAskedAndToTakeOneIsAProgram() throws Exception {
        serve((environment, arguments) -> 1);
        assertEquals(1, ended(manage(true, "snapshot", "--is-due")));
        assertEquals(List.of("{LEASE=9s} snapshot --is-due"), asked);
        assertEquals("", inOwnJvm());
        assertEquals(42, ended(manage(true, "snapshot", "--if-due")));
        assertEquals("--if-due", inOwnJvm());
        assertEquals(1, asked.size());
    }

    @Test
    void aScriptThatIsKilledGivesItsRunUp() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        serve((environment, arguments) -> {
            Cancellation.holding(over::countDown);
            begun.countDown();
            await(over);
            return 0;
        });
        Process script = manage(true, "health");
        await(begun);
        script.destroyForcibly();
        await(over);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(BOUND, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void otherCommandsAndWhatSomebodyTypesAreProcessesOfTheirOwn() throws Exception {
        serve((environment, arguments) -> 0);
        assertEquals(42, ended(manage(true, "status")));
        assertEquals("status", inOwnJvm());
        assertEquals(42, ended(manage(false, "health")));
        assertEquals("health", inOwnJvm());
        assertEquals(List.of(), asked);
    }

    @Test
    void whereNobodyListensAnyMoreTheScriptGoesOnByItself() throws Exception {
        serve((environment, arguments) -> 0).close();
        assertEquals(42, ended(manage(true, "health")));
        assertEquals("health", inOwnJvm());
    }

    @Test
    void aProcessThatIsFrozenIsNotWaitedFor() throws Exception {
        try (ServerSocket frozen = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Files.writeString(note, frozen.getLocalPort() + " token\n");
            assertEquals(42, ended(manage(true, "health")));
            assertEquals("health", inOwnJvm());
        }
    }

    @Test
    void aProcessThatDiesInTheMiddleOfARunIsReplacedByOneForTheScriptAlone() throws Exception {
        try (ServerSocket dying = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Files.writeString(note, dying.getLocalPort() + " token\n");
            Process script = manage(true, "health");
            try (Socket asker = dying.accept()) {
                asker.getOutputStream().write("ok\n".getBytes(StandardCharsets.UTF_8));
            }
            assertEquals(42, ended(script));
            assertEquals("health", inOwnJvm());
        }
    }

    @Test
    void onlyRootCanReadWhereToAskAndNobodyElseIsAnswered() throws Exception {
        serve((environment, arguments) -> 0);
        serve((environment, arguments) -> 0);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(note)));
        String[] known = Files.readString(note).strip().split(" ");
        int port = Integer.parseInt(known[0]);
        assertNull(ask(port, "guessed health"));
        assertNull(ask(port, "health"));
        assertNull(ask(port, known[1]));
        assertNull(ask(port, known[1] + " rebuild"));
        assertEquals(List.of(), asked);
        assertEquals("ok", ask(port, known[1] + " health"));
    }

    private static String ask(int port, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            socket.setSoTimeout(Math.toIntExact(TimeUnit.SECONDS.toMillis(BOUND)));
            socket.getOutputStream().write((request + "\n").getBytes(StandardCharsets.UTF_8));
            return in.readLine();
        }
    }
}
