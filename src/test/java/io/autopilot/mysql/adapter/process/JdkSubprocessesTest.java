package io.autopilot.mysql.adapter.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Subprocesses.Exit;
import io.autopilot.mysql.port.Subprocesses.Input;
import io.autopilot.mysql.port.Subprocesses.Output;
import io.autopilot.mysql.port.Subprocesses.SubprocessException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class JdkSubprocessesTest {
    private final JdkSubprocesses subprocesses = new JdkSubprocesses();
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    private Exit run(Input input, String... command) throws IOException {
        return subprocesses.run(List.of(command), input, stdout -> stdout.transferTo(output), in(Duration.ofSeconds(20)));
    }

    private static Deadline in(Duration duration) {
        return Deadline.after(duration, new ProcTicker(Path.of("/proc")));
    }

    @Test
    void streamsOutputAndTellsTheStatus() throws IOException {
        Exit exit = run(Input.NONE, "sh", "-c", "echo out; echo err >&2; exit 3");
        assertEquals(new Exit(3, List.of("err")), exit);
        assertEquals("out\n", output.toString(StandardCharsets.UTF_8));
    }

    @Test
    void argumentsAreNotReadByAShell() throws IOException {
        run(Input.NONE, "echo", "$HOME; a  b");
        assertEquals("$HOME; a  b\n", output.toString(StandardCharsets.UTF_8));
    }

    @Test
    void withoutInputStandardInputIsClosed() throws IOException {
        assertEquals(0, run(Input.NONE, "cat").status());
        assertEquals(0, output.size());
    }

    @Test
    void feedsInputThatIsLargerThanAPipe() throws IOException {
        Exit exit = run(stdin -> stdin.write(new byte[5_000_000]), "cat");
        assertEquals(0, exit.status());
        assertEquals(5_000_000, output.size());
    }

    @Test
    void aProgramThatStopsReadingIsJudgedByItsStatus() throws IOException {
        assertEquals(7, run(stdin -> stdin.write(new byte[5_000_000]), "sh", "-c", "exit 7").status());
    }

    @Test
    void keepsOnlyTheEndOfMuchStandardError() throws IOException {
        Exit exit = run(Input.NONE, "sh", "-c", "seq 1 300000 >&2; echo completed OK! >&2");
        assertEquals("completed OK!", exit.lastLine());
        assertTrue(exit.lastLines().size() <= 20);
    }

    @Test
    void anInputThatFailsKillsTheProgramAndIsPassedOn() {
        IOException failure = assertThrows(IOException.class, () -> run(stdin -> {
            throw new IOException("source is gone");
        }, "sleep", "60"));
        assertEquals("source is gone", failure.getMessage());
    }

    @Test
    void anOutputThatFailsKillsTheProgramAndIsPassedOn() {
        Output refusing = stdout -> {
            throw new IOException("disk is full");
        };
        IOException failure = assertThrows(
                IOException.class,
                () -> subprocesses.run(List.of("yes"), Input.NONE, refusing, in(Duration.ofSeconds(20))));
        assertEquals("disk is full", failure.getMessage());
    }

    @Test
    void killsTheProgramAndItsChildrenAtTheDeadline(@TempDir Path directory) throws IOException {
        Path pid = directory.resolve("pid");
        SubprocessException failure = assertThrows(
                SubprocessException.class,
                () -> subprocesses.run(
                        List.of("sh", "-c", "echo busy >&2; sleep 60 & echo $! > " + pid + "; wait"),
                        Input.NONE,
                        Output.IGNORED,
                        in(Duration.ofSeconds(1))));
        assertEquals("sh did not end in time and was killed: busy", failure.getMessage());
        long child = Long.parseLong(Files.readString(pid).strip());
        ProcessHandle.of(child).ifPresent(handle -> handle.onExit().join());
        assertFalse(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        SubprocessException failure =
                assertThrows(SubprocessException.class, () -> run(Input.NONE, "/no/such/program", "argument"));
        assertTrue(failure.getMessage().startsWith("can't start /no/such/program"), failure.getMessage());
        assertFalse(failure.getMessage().contains("argument"));
    }
}
