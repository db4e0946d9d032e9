package io.autopilot.mysql.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is told of faults, without any. */
class FaultTableTest {
    private static final Outcome.Setup LOSSLESS = new Outcome.Setup("9.7", true);
    private static final Outcome.Setup ASYNC = new Outcome.Setup("9.7", false);
    private static final Map<Long, String> ONE = Map.of(7L, "acknowledged by a, not on b");

    private static Outcome outcome(Outcome.Setup setup, Optional<Duration> recovery, Map<Long, String> lost) {
        return new Outcome("kill-mysqld", setup, recovery, 100, lost, 2, 0, 1, Optional.empty());
    }

    private static Outcome after(int millis) {
        return outcome(LOSSLESS, Optional.of(Duration.ofMillis(millis)), Map.of());
    }

    @Test
    void aLineHasTheSumsOfAllRunsOfAFaultAndItsPercentiles() {
        List<Outcome> runs = IntStream.rangeClosed(1, 20).mapToObj(i -> after(i * 100)).toList();
        String table = new FaultTable(Faults.all()).of(runs);
        assertTrue(
                table.endsWith("| 9.7 | lossless | `kill -9` of mysqld | 20 | 1.00 / 1.90 / 2.00 s | 2000 | 0 | 40 | 0 | 20 | 0 |\n"), table);
        assertEquals(3, table.lines().count());
    }

    @Test
    void aRunWithoutAnAcceptingPrimaryIsSaidAndIsAViolationInBothModes() {
        Outcome never = outcome(ASYNC, Optional.empty(), Map.of());
        String table = new FaultTable(Faults.all()).of(List.of(never, outcome(ASYNC, Optional.of(Duration.ofSeconds(3)), Map.of())));
        assertTrue(table.contains("| 2 | 3.00 / 3.00 / 3.00 s, 1 x never |"), table);
        assertTrue(never.violation().isPresent());
    }

    @Test
    void aLostRowIsAViolationInLosslessModeOnly() {
        Optional<Duration> soon = Optional.of(Duration.ofSeconds(1));
        assertTrue(outcome(LOSSLESS, soon, ONE).violation().orElseThrow().contains("1 acknowledged rows are lost"));
        assertEquals(Optional.empty(), outcome(ASYNC, soon, ONE).violation());
        assertEquals(Optional.empty(), outcome(LOSSLESS, soon, Map.of()).violation());
    }

    @Test
    void theReportNamesWhatMustNotBe() {
        String report = FaultReport.of(
                Faults.all(), List.of(outcome(LOSSLESS, Optional.of(Duration.ofSeconds(1)), ONE)), Optional.of("no root"));
        assertTrue(report.contains("No slow disk: no root."), report);
        assertTrue(report.contains("- 9.7 lossless, kill-mysqld: 1 acknowledged rows are lost: {7=acknowledged by a, not on b}"), report);
    }

    @Test
    void anUnknownFaultIsRefusedWithTheOnesThatThereAre() {
        assertEquals(List.of("pause", "kill-all"), Faults.named("kill-all,pause").stream().map(Fault::name).toList());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Faults.named("pause,flood")).getMessage().contains("kill-consul"));
    }
}
