package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ManageTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void tellsTheVersionOfTheBuild() {
        assertEquals(ExitCode.OK, run("--version"));
        assertTrue(out.toString().matches("manage \\d+\\.\\d+\\.\\d+\\R"), out::toString);
    }

    @Test
    void helpGoesToStdout() {
        assertEquals(ExitCode.OK, run("--help"));
        assertTrue(out.toString().startsWith("Usage: manage"), out::toString);
    }

    @Test
    void aWrongOptionIsTwoLinesAndAUsageError() {
        assertEquals(ExitCode.USAGE, run("--colour"));
        assertEquals("manage: Unknown option: '--colour'\nTry 'manage --help'.\n", err.toString());
    }

    @Test
    void noCommandIsAUsageError() {
        assertEquals(ExitCode.USAGE, run());
        assertTrue(err.toString().startsWith("manage: no command given"), err::toString);
    }

    private int run(String... args) {
        return Manage.run(Map.of(), new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
