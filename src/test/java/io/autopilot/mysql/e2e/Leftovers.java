package io.autopilot.mysql.e2e;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a suite that was killed left behind under the name of a compose project. Its nodes restart with the Docker daemon, and a cluster
 * of that name would go on with their data instead of being founded.
 */
final class Leftovers {
    private final Command command = new Command(Map.of());
    private final String project;

    private Leftovers(String project) {
        this.project = project;
    }

    /** Removes containers, then the volumes and networks; containers of other projects in its networks go too (see neighbours). */
    static void remove(String project) {
        Leftovers leftovers = new Leftovers(project);
        List<String> networks = leftovers.list("network", "ls", "-q");
        networks.forEach(network -> leftovers.removeAll(List.of("rm", "-f", "-v"), leftovers.docker("ps", "-a", "-q", "--filter", "network=" + network)));
        leftovers.removeAll(List.of("rm", "-f", "-v"), leftovers.list("ps", "-a", "-q"));
        leftovers.removeAll(List.of("volume", "rm"), leftovers.list("volume", "ls", "-q"));
        leftovers.removeAll(List.of("network", "rm"), networks);
    }

    private List<String> list(String... docker) {
        List<String> filtered = new ArrayList<>(List.of(docker));
        filtered.addAll(List.of("--filter", "label=com.docker.compose.project=" + project));
        return docker(filtered.toArray(String[]::new));
    }

    private void removeAll(List<String> how, List<String> ids) {
        if (!ids.isEmpty()) {
            List<String> removal = new ArrayList<>(how);
            removal.addAll(ids);
            docker(removal.toArray(String[]::new));
        }
    }

    private List<String> docker(String... arguments) {
        List<String> whole = new ArrayList<>(List.of("docker"));
        whole.addAll(List.of(arguments));
        return command.run(whole).lines().toList();
    }
}
