package io.autopilot.mysql.cli;

import io.autopilot.mysql.hook.PreStop;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "preStop",
        description = "Takes this node out of the cluster and stops mysqld; a primary hands over to a replica first.")
final class PreStopCommand extends HookCommand {
    /** The supervisor kills it after 40 s. */
    private static final Duration LIMIT = Duration.ofSeconds(38);

    PreStopCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        return runner(wiring).run(new PreStop(wiring.node(), wiring.ports()), LIMIT);
    }
}
