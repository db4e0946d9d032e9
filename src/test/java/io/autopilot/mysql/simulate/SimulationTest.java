package io.autopilot.mysql.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same seeds every time, and some that nobody has seen; {@code make simulate} runs more. */
class SimulationTest {
    private static final long FIXED = 1;
    private static final int SEEDS = 40;
    private static final int UNSEEN = 12;

    @Test
    void theFixedSeedsHold() {
        hold(FIXED, SEEDS);
    }

    @Test
    void seedsThatNobodyHasSeenHold() {
        hold(new SecureRandom().nextInt(1_000_000_000), UNSEEN);
    }

    private static void hold(long first, int seeds) {
        List<Simulate.Failure> failures = Simulate.batch(first, seeds, Flaw.NONE);
        assertEquals(List.of(), failures, () -> "SEED=" + failures.getFirst().plan().seed() + " make simulate tells how");
    }

    @Test
    void aSeedIsTheSameRunAgain() {
        assertEquals(run(7), run(7));
        assertNotEquals(run(7), run(8));
    }

    private static List<String> run(long seed) {
        List<String> trace = Simulate.traced(new Simulate.Failure(Plan.of(seed), "", List.of()), Flaw.NONE).trace();
        assertFalse(trace.isEmpty());
        return trace.stream().map(line -> line.replaceAll("@[0-9a-f]+", "")).toList();
    }
}
