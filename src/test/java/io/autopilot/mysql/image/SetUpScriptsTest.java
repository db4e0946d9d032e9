package io.autopilot.mysql.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What `make up` and `make clean` do, over programs that play docker and docker-compose and write down how they were called. */
final class SetUpScriptsTest {
    private static final Path SCRIPTS = Path.of("docker/scripts").toAbsolutePath();
    private static final Pattern PASSWORD = Pattern.compile("(?m)^(MYSQL_[A-Z_]*PASSWORD)='([A-Za-z0-9]{20,32})'$");

    @TempDir
    Path directory;

    @BeforeEach
    void programs() throws IOException {
        program("docker-compose", """
                echo "compose $*" >>"$CALLS"
                if [ "$1" = stop ] && ! [ -f "$ENV_FILE" ]; then exit 1; fi
                if [ "$1" = up ] && [ -z "$NODES" ]; then echo made >"$CALLS.made"; fi
                if [ "$1 $2 $3 $4" = "ps -a -q mysql" ]; then printf "$NODES"; cat "$CALLS.made" 2>/dev/null; fi
                """);
        program("docker", """
                echo "docker $*" >>"$CALLS"
                case "$1 $2" in
                    "inspect -f") case "$3" in *Restarting*) echo "$STATE" ;; *) echo "/node sha image" ;; esac ;;
                    "image inspect") echo sha ;;
                    "exec "*) exit "$STATUS" ;;
                esac
                """);
    }

    @Test
    void anEnvFileHasTwoRandomPasswordsAndIsForItsOwnerOnly() throws Exception {
        Path one = directory.resolve("one");
        Path other = directory.resolve("other");
        assertEquals(0, run(Map.of(), "env-file", one.toString()));
        assertEquals(0, run(Map.of(), "env-file", other.toString()));

        List<String> passwords = passwords(one);
        assertEquals(2, passwords.size());
        assertNotEquals(passwords.get(0), passwords.get(1));
        assertNotEquals(passwords, passwords(other));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(one)));
    }

    @Test
    void anEnvFileThatIsThereIsLeftAsItIs() throws Exception {
        Path file = Files.writeString(directory.resolve("_env"), "MYSQL_REPL_PASSWORD='mine'\n");

        assertEquals(0, run(Map.of(), "env-file", file.toString()));

        assertEquals("MYSQL_REPL_PASSWORD='mine'\n", Files.readString(file));
    }

    @Test
    void upStartsOneNodeOnAFreshMachine() throws Exception {
        assertEquals(0, run(Map.of("NODES", ""), "up"));

        assertTrue(calls().contains("compose up -d --no-recreate --scale mysql=1"), calls()::toString);
    }

    @Test
    void upKeepsTheNumberOfNodesSinceARemovedOneLosesItsData() throws Exception {
        assertEquals(0, run(Map.of("NODES", "a\\nb\\nc\\n"), "up"));

        assertTrue(calls().contains("compose up -d --no-recreate --scale mysql=3"), calls()::toString);
    }

    @Test
    void upFailsWhenNoPrimaryComesInTime() throws Exception {
        assertEquals(1, run(Map.of("NODES", "a\\n", "STATUS", "69", "WAIT_SECONDS", "1"), "up"));
    }

    @Test
    void upDoesNotWaitForANodeThatRefusesItsConfiguration() throws Exception {
        long before = System.nanoTime();
        assertEquals(1, run(Map.of("NODES", "a\\n", "STATUS", "69", "STATE", "78 true"), "up"));

        assertTrue(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before) < 30);
        assertTrue(calls().contains("docker logs --tail 5 a"), calls()::toString);
    }

    @Test
    void aClusterIsStoppedAlsoWhenItsEnvFileIsGone() throws Exception {
        assertEquals(0, run(Map.of("ENV_FILE", directory.resolve("gone").toString()), "compose", "stop"));

        assertTrue(calls().contains("compose stop"), calls()::toString);
    }

    @Test
    void cleanRemovesNothingWithoutAYes() throws Exception {
        assertEquals(1, run(Map.of("CLEAN", "no"), "clean"));
        assertEquals(1, run(Map.of(), "clean"));

        assertFalse(calls().stream().anyMatch(call -> call.contains("down")), calls()::toString);
    }

    @Test
    void cleanRemovesVolumesTooAfterAYes() throws Exception {
        assertEquals(0, run(Map.of("CLEAN", "yes"), "clean"));

        assertTrue(calls().contains("compose down -v --remove-orphans"), calls()::toString);
    }

    private int run(Map<String, String> environment, String script, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(SCRIPTS.resolve(script).toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
        builder.environment().put("CALLS", directory.resolve("calls").toString());
        builder.environment().putAll(Map.of("NODES", "a\\n", "STATUS", "0", "STATE", "0 false"));
        // The compose command and the answer of whoever runs the tests must not leak in.
        builder.environment().keySet().removeAll(List.of("COMPOSE_COMMAND", "CLEAN"));
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectErrorStream(true).redirectOutput(directory.resolve("output").toFile());
        Process process = builder.start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), script + " does not end");
        return process.exitValue();
    }

    private List<String> calls() throws IOException {
        return Files.readAllLines(directory.resolve("calls"));
    }

    private static List<String> passwords(Path file) throws IOException {
        return PASSWORD.matcher(Files.readString(file))
                .results()
                .map(found -> found.group(2))
                .toList();
    }

    private void program(String name, String body) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + body);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
