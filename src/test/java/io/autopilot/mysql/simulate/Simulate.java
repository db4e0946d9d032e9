package io.autopilot.mysql.simulate;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/** Runs seeds, one after the other; of a seed that fails it finds the fewest faults with which it still does. */
final class Simulate {
    private Simulate() {}

    /** A run that failed. */
    record Failure(Plan plan, String why, List<String> trace) {
        /** Of a call that only asks something, the answer is of little use to a reader. */
        private static final Pattern QUESTION = Pattern.compile(
                "(\\.(read|executed) ->|connect to|: (renewSession|updateCheck|get|list|instances|sessionExists) |acknowledged )");

        /** @param all also what was only asked */
        List<String> told(boolean all) {
            return trace.stream().filter(line -> all || !QUESTION.matcher(line).find()).toList();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder("FAILED ").append(plan).append('\n');
            plan.faults().forEach(f -> text.append("  ").append(f).append('\n'));
            return text.append("  ").append(why).toString();
        }
    }

    static Optional<Failure> run(Plan plan, Flaw flaw) {
        quiet();
        return new Simulation(plan, flaw).run().map(why -> new Failure(plan, why, List.of()));
    }

    /** Faults are left out for as long as it still fails. */
    static Failure shrink(Failure failure, Flaw flaw) {
        Failure least = failure;
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            for (Fault fault : least.plan().faults()) {
                List<Fault> fewer = new ArrayList<>(least.plan().faults());
                fewer.remove(fault);
                Optional<Failure> again = run(least.plan().with(fewer), flaw);
                if (again.isPresent()) {
                    least = again.get();
                    smaller = true;
                    break;
                }
            }
        }
        return least;
    }

    /** The same again, with all that happens. */
    static Failure traced(Failure failure, Flaw flaw) {
        Simulation.setTracing(true);
        try {
            Simulation simulation = new Simulation(failure.plan(), flaw);
            Optional<String> why = simulation.run();
            return new Failure(failure.plan(), why.orElse("it doesn't fail again: " + failure.why()), simulation.trace());
        } finally {
            Simulation.setTracing(false);
        }
    }

    /** Of a simulated fault the hooks say a lot. */
    private static void quiet() {
        ((Logger) LoggerFactory.getLogger("io.autopilot")).setLevel(Level.OFF);
    }

    /** From that seed on so many seeds; 0 failures are what is wanted. */
    static List<Failure> batch(long first, long count, Flaw flaw) {
        long began = System.nanoTime();
        List<Failure> failures = new ArrayList<>();
        for (long seed = first; seed < first + count; seed++) {
            run(Plan.of(seed), flaw).ifPresent(failure -> {
                System.out.println(failure);
                failures.add(failure);
            });
        }
        double seconds = Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0;
        double busy = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1e9;
        System.out.printf("simulate: %d seeds from %d in %.1f s (%.1f s of a processor), %.1f a second, %d failed%n",
                count, first, seconds, busy, count / Math.max(0.001, seconds), failures.size());
        return failures;
    }
}
