package io.autopilot.mysql.cli;

import io.autopilot.mysql.hook.ChangeTurn;
import io.autopilot.mysql.hook.Health;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.OnChange;
import io.autopilot.mysql.hook.Ports;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "onChange",
        description = "Makes the decision of health at once, and again until this node serves its role. Run by the supervisor when"
                + " the primary changed.")
final class OnChangeCommand extends HookCommand {
    private static final Duration LIMIT = Duration.ofSeconds(19);
    private static final Duration START_LIMIT = Duration.ofSeconds(58);

    @Option(names = "--start", description = "The container has just started: mysqld may take a while.")
    private boolean start;

    @Option(names = "--crashed", description = "mysqld has just ended by itself.")
    private boolean crashed;

    @Option(names = "--if-running", description = "Does nothing while mysqld doesn't run: its start decides anyway.")
    private boolean ifRunning;

    OnChangeCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        Node node = wiring.node();
        Ports ports = wiring.ports();
        if (ifRunning && ports.state().mysqldStart().isEmpty()) {
            return ExitCode.OK;
        }
        OnChange onChange = new OnChange(node, ports, new Health(node, ports), start || crashed);
        // Whoever waits for mysqld isn't waited for.
        return runner(wiring).run(start || crashed ? onChange : new ChangeTurn(ports, onChange), start ? START_LIMIT : LIMIT);
    }
}
