package io.autopilot.mysql.cli;

import io.autopilot.mysql.pilot.ForkingLauncher;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code manage hooks}: what the script {@code manage} asks under ContainerPilot, until SIGTERM (docs/decisions/0019). */
@Command(
        name = "hooks",
        description = "Runs health and onChange for ContainerPilot, without the start of a JVM each time. Run by it as a job.",
        mixinStandardHelpOptions = true)
final class HooksCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before any use
    private CommandSpec spec;

    HooksCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        ResidentHooks hooks =
                ResidentHooks.inThisProcess(ForkingLauncher.onThisMachine(), spec.commandLine().getOut(), spec.commandLine().getErr());
        try (HookServer server = HookServer.open(Wiring.RUN.resolve(HookServer.NOTE), hooks, environment)) {
            server.serve();
        }
        return ExitCode.OK;
    }
}
