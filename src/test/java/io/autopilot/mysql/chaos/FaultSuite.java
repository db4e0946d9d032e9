package io.autopilot.mysql.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Every fault on every server in both modes, from a client's view. No part of the test suite, which has {@link FaultsE2E}: {@code make chaos}
 * runs it and writes docs/faults.md.
 */
class FaultSuite {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final String NO_LOSSLESS = "5.6";

    @Test
    void noFaultCostsAnAcknowledgedRow() throws IOException, SQLException {
        String names = System.getProperty("faults", "");
        Optional<String> notHad = SlowDisk.whyNot();
        List<Fault> faults = names.isEmpty() ? Faults.all(notHad.isEmpty()) : Faults.named(names);
        Path report = Path.of(System.getProperty("report", "target/faults.md"));
        int runs = Integer.getInteger("runs", 1);
        FaultMatrix matrix = new FaultMatrix(
                faults,
                runs,
                Path.of(System.getProperty("faultLogs", "target/faults")),
                outcomes -> Files.writeString(report, FaultReport.of(faults, outcomes, notHad)));
        matrix.run(setups());
        OUT.println(FaultReport.of(faults, matrix.outcomes(), notHad));
        assertEquals(List.of(), matrix.outcomes().stream().map(Outcome::violation).flatMap(Optional::stream).toList());
    }

    private static List<Outcome.Setup> setups() {
        return Arrays.stream(System.getProperty("versions", "9.7,8.0,5.6-standin").split(",", -1))
                .flatMap(version -> Arrays.stream(System.getProperty("modes", "lossless,async").split(",", -1))
                        .filter(mode -> mode.equals("async") || !version.startsWith(NO_LOSSLESS))
                        .map(mode -> new Outcome.Setup(version, mode.equals("lossless"))))
                .toList();
    }
}
