package io.autopilot.mysql.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code make simulate SEEDS=n} and {@code SEED=x,y make simulate}: prints what fails, with the fewest faults and what happened. */
class SimulateRun {
    private static final int LINES = 150;

    @Test
    void run() {
        List<Long> named = numbers("seed");
        List<Simulate.Failure> failures = named.isEmpty()
                ? Simulate.batch(new SecureRandom().nextInt(1_000_000_000), numbers("seeds").stream().findFirst().orElse(1000L), Flaw.NONE)
                : named.stream().flatMap(seed -> Simulate.batch(seed, 1, Flaw.NONE).stream()).toList();
        for (Simulate.Failure failure : failures) {
            Simulate.Failure least = Simulate.traced(Simulate.shrink(failure, Flaw.NONE), Flaw.NONE);
            System.out.println(least);
            List<String> told = least.told(named.size() == 1);
            told.subList(Math.max(0, told.size() - LINES), told.size()).forEach(System.out::println);
        }
        assertEquals(List.of(), failures.stream().map(f -> f.plan().seed()).toList(), "seeds that fail");
    }

    private static List<Long> numbers(String property) {
        return Arrays.stream(System.getProperty(property, "").split(",", -1)).filter(text -> !text.isEmpty()).map(Long::valueOf).toList();
    }
}
