package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @ValueSource(strings = {"pause", "resume", "failover", "acknowledge", "history", "adopt"})
    void anOperatorsCommandsHaveHelpAndRefuseAWrongOption(String command) {
        assertEquals(ExitCode.OK, run(command, "--help"));
        assertTrue(out.toString().startsWith("Usage: manage " + command), out::toString);
        assertEquals(ExitCode.USAGE, run(command, "--colour"));
        assertTrue(err.toString().contains("Try 'manage " + command + " --help'."), err::toString);
    }

    @Test
    void theEndOfAPauseIsADurationAndNotOfOneNode() {
        assertEquals(ExitCode.USAGE, run("pause", "--for", "soon"));
        assertTrue(err.toString().contains("'soon' is no duration from 1s to 365d"), err::toString);
        assertEquals(ExitCode.USAGE, run("pause", "--for", "0"));
        assertEquals(ExitCode.USAGE, run("pause", "--for", "1h", "--node", "db1"));
        assertTrue(err.toString().contains("manage resume --node db1"), err::toString);
    }

    @Test
    void aReasonIsOneLine() {
        assertEquals(ExitCode.USAGE, run("pause", "--reason", "two\nlines"));
        assertEquals(ExitCode.USAGE, run("pause", "--reason", "x".repeat(501)));
    }

    @Test
    void theHistoryHasALimitOfAtLeastOne() {
        assertEquals(ExitCode.USAGE, run("history", "--limit", "0"));
        assertEquals(ExitCode.USAGE, run("history", "--output", "yaml"));
    }

    private int run(String... args) {
        return Manage.run(Map.of("MYSQL_REPL_PASSWORD", "secret"), new PrintWriter(out, true), new PrintWriter(err, true), args);
    }
}
