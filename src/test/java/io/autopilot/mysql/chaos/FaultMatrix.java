package io.autopilot.mysql.chaos;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs each fault on each set-up so many times; a cluster serves until one fault leaves it broken. */
final class FaultMatrix {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final List<Fault> faults;
    private final int runs;
    private final Path logs;
    private final Report report;
    private final List<Outcome> outcomes = new ArrayList<>();

    /** Is told of all runs so far after each one: a run of hours that is ended leaves what it has found. */
    interface Report {
        void write(List<Outcome> outcomes) throws IOException;
    }

    /** @param logs where the nodes' logs of runs go that ended badly */
    FaultMatrix(List<Fault> faults, int runs, Path logs, Report report) {
        this.faults = faults;
        this.runs = runs;
        this.logs = logs;
        this.report = report;
    }

    void run(List<Outcome.Setup> setups) throws IOException, SQLException {
        for (Outcome.Setup setup : setups) {
            run(setup, faults.stream().filter(fault -> !fault.smallDisks()).toList(), false);
            run(setup, faults.stream().filter(Fault::smallDisks).toList(), true);
        }
    }

    /** Of the runs so far. */
    List<Outcome> outcomes() {
        return List.copyOf(outcomes);
    }

    private void run(Outcome.Setup setup, List<Fault> wanted, boolean smallDisks) throws IOException, SQLException {
        Optional<FaultyCluster> cluster = Optional.empty();
        try {
            for (int i = 0; i < runs; i++) {
                for (Fault fault : wanted) {
                    if (cluster.isEmpty()) {
                        cluster = Optional.of(FaultyCluster.start(setup, smallDisks));
                    }
                    if (!isWholeAfter(fault, cluster.get())) {
                        cluster.get().close();
                        cluster = Optional.empty();
                    }
                }
            }
        } finally {
            cluster.ifPresent(FaultyCluster::close);
        }
    }

    private boolean isWholeAfter(Fault fault, FaultyCluster cluster) throws IOException {
        Outcome outcome = cluster.run(fault);
        outcomes.add(outcome);
        OUT.println(outcome);
        report.write(outcomes());
        if (outcome.violation().isPresent() || !outcome.lost().isEmpty() || outcome.rebuilt() > 0) {
            Files.createDirectories(logs);
            String name = outcomes.size() + "-" + outcome.setup().toString().replace(' ', '-') + "-" + fault.name() + ".log";
            Files.writeString(logs.resolve(name), outcome + "\n" + cluster.logs());
        }
        return outcome.trouble().isEmpty();
    }
}
