package io.autopilot.mysql.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report: one line a fault and set-up. */
final class FaultTable {
    private static final String HEAD =
            """
            | server | mode | fault | runs | first acknowledged write after, p50 / p95 / max | acknowledged | lost | extra | unreadable | rebuilt | not whole in time |
            |---|---|---|---|---|---|---|---|---|---|---|
            """;

    private final List<Fault> faults;

    FaultTable(List<Fault> faults) {
        this.faults = faults;
    }

    /** In Markdown. */
    String of(List<Outcome> outcomes) {
        StringBuilder table = new StringBuilder(HEAD);
        for (Outcome.Setup setup : outcomes.stream().map(Outcome::setup).distinct().toList()) {
            for (Fault fault : faults) {
                List<Outcome> runs = outcomes.stream()
                        .filter(o -> o.setup().equals(setup) && o.fault().equals(fault.name()))
                        .toList();
                if (!runs.isEmpty()) {
                    table.append(line(setup, fault, runs));
                }
            }
        }
        return table.toString();
    }

    private static String line(Outcome.Setup setup, Fault fault, List<Outcome> runs) {
        return String.format(
                        Locale.ROOT,
                        "| %s | %s | %s | %d | %s | %d | %d | %d | %d | %d | %d |\n",
                        setup.version(),
                        setup.mode(),
                        fault.title(),
                        runs.size(),
                        times(runs),
                        runs.stream().mapToInt(Outcome::acknowledged).sum(),
                        runs.stream().mapToInt(o -> o.lost().size()).sum(),
                        runs.stream().mapToInt(Outcome::extra).sum(),
                        runs.stream().mapToInt(Outcome::unreadable).sum(),
                        runs.stream().mapToInt(Outcome::rebuilt).sum(),
                        runs.stream().filter(o -> o.trouble().isPresent()).count());
    }

    private static String times(List<Outcome> runs) {
        List<Duration> sorted = runs.stream().map(Outcome::recovery).flatMap(Optional::stream).sorted().toList();
        long never = runs.size() - sorted.size();
        String failed = never == 0 ? "" : (sorted.isEmpty() ? "" : ", ") + never + " x never";
        return sorted.isEmpty()
                ? failed
                : seconds(percentile(sorted, 50)) + " / " + seconds(percentile(sorted, 95)) + " / " + seconds(sorted.getLast()) + " s" + failed;
    }

    /** The smallest value that so many of a hundred don't exceed. */
    static Duration percentile(List<Duration> sorted, int percent) {
        return sorted.get(Math.ceilDiv(sorted.size() * percent, 100) - 1);
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.2f", time.toMillis() / 1000.0);
    }
}
