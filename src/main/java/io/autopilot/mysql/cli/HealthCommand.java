package io.autopilot.mysql.cli;

import io.autopilot.mysql.hook.Health;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "health",
        description = "Renews the lease and keeps this node in its role. Run by the supervisor every few seconds;"
                + " exits with 0 only when the node may serve its role.")
final class HealthCommand extends HookCommand {
    /** The supervisor kills it after 5 s. */
    private static final Duration LIMIT = Duration.ofMillis(4700);

    HealthCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        return runner(wiring).run(new Health(wiring.node(), wiring.ports()), LIMIT);
    }
}
