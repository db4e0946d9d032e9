package io.autopilot.mysql.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation finds it when any one guard is taken away; what it doesn't find without it (see SimulationTest) is there for a reason, then. */
class PlantedFlawsTest {
    private static final long FIRST = 1;
    private static final long MOST = 1000;

    @ParameterizedTest
    @EnumSource
    void isFound(PlantedFlaws flaw) {
        Optional<Simulate.Failure> found = LongStream.range(FIRST, FIRST + MOST)
                .mapToObj(seed -> Simulate.run(Plan.of(seed), flaw))
                .flatMap(Optional::stream)
                .findFirst();
        // Without the flaw the same is well, or it would be somebody else's.
        found.ifPresent(failure -> assertEquals(Optional.empty(), Simulate.run(failure.plan(), Flaw.NONE)));
        assertTrue(found.isPresent(), "no seed of " + MOST + " shows it");
        System.out.println(flaw + " is found: " + found.get().why().lines().findFirst().orElse("") + " by " + found.get().plan());
    }
}
