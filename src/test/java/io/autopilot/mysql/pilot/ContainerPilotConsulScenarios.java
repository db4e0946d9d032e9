package io.autopilot.mysql.pilot;

import java.util.List;

/** The common scenarios with a real Consul against a ContainerPilot; run as {@link ContainerPilotScenarios}. */
final class ContainerPilotConsulScenarios extends SupervisorConsulScenarios {
    @Override
    List<String> supervisor() {
        return ContainerPilotScenarios.command();
    }
}
