package io.autopilot.mysql.pilot;

import java.util.List;
import java.util.Objects;

/**
 * The common scenarios against a ContainerPilot, to see that the description means the same to both. No official binary is needed
 * for the build, so this class is not among its tests: {@code mvn verify -Dit.test=ContainerPilotScenarios
 * -Dcontainerpilot=/path/of/the/binary}. It fails when the binary isn't named.
 */
final class ContainerPilotScenarios extends SupervisorScenarios {
    @Override
    List<String> supervisor() {
        return command();
    }

    static List<String> command() {
        String binary = Objects.requireNonNull(System.getProperty("containerpilot"), "-Dcontainerpilot=/path/of/the/binary");
        return List.of(binary, "-config");
    }
}
