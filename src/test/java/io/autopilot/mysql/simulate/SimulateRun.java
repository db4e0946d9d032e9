package io.autopilot.mysql.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code make simulate SEEDS=n} and {@code SEED=x make simulate}: prints what fails, with the fewest faults and what happened. */
class SimulateRun {
    private static final int LINES = 150;

    @Test
    void run() {
        Optional<Long> seed = number("seed");
        long count = seed.isPresent() ? 1 : number("seeds").orElse(1000L);
        long first = seed.orElseGet(() -> (long) new SecureRandom().nextInt(1_000_000_000));
        List<Simulate.Failure> failures = Simulate.batch(first, count, Flaw.NONE);
        for (Simulate.Failure failure : failures) {
            Simulate.Failure least = Simulate.traced(Simulate.shrink(failure, Flaw.NONE), Flaw.NONE);
            System.out.println(least);
            List<String> told = least.told(seed.isPresent());
            told.subList(Math.max(0, told.size() - LINES), told.size()).forEach(System.out::println);
        }
        assertEquals(List.of(), failures.stream().map(f -> f.plan().seed()).toList(), "seeds that fail");
    }

    private static Optional<Long> number(String property) {
        return Optional.ofNullable(System.getProperty(property)).filter(text -> !text.isEmpty()).map(Long::valueOf);
    }
}
