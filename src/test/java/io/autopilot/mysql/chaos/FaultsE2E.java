package io.autopilot.mysql.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autopilot.mysql.e2e.Images;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The short part of {@link FaultSuite}: the faults that most easily cost an acknowledged row, once each. */
class FaultsE2E {
    private static final String WORST = "kill-mysqld,pause,term-wrapper,kill-all";

    @Test
    void theWorstFaultsCostNoAcknowledgedRow() throws IOException, SQLException {
        FaultMatrix matrix = new FaultMatrix(Faults.named(WORST), 1, Path.of("target", "faults"), outcomes -> {});
        matrix.run(List.of(new Outcome.Setup(Images.latest().substring(Images.latest().lastIndexOf(':') + 1), true)));
        assertEquals(List.of(), matrix.outcomes().stream().map(Outcome::violation).flatMap(Optional::stream).toList());
    }
}
