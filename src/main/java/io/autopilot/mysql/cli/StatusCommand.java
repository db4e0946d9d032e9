package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.hook.StatusReader;
import io.autopilot.mysql.port.Deadline;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "status",
        description = "Shows nodes, roles, GTID sets, lag, the lease and the last snapshot; exits with 0 when there is a primary that"
                + " accepts writes, else with 69.")
final class StatusCommand extends HookCommand {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Option(names = "--output", paramLabel = "FORMAT", description = "table or json; default: ${DEFAULT-VALUE}", defaultValue = "table")
    private Output output = Output.table;

    StatusCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        StatusReader reader = new StatusReader(wiring.node(), wiring.consul(), wiring.servers(), Clock.systemUTC());
        ClusterStatus status = reader.read(Deadline.after(LIMIT, wiring.ticker()));
        PrintWriter out = out();
        out.println(
                switch (output) {
                    case table -> StatusTable.text(status, Clock.systemUTC().instant());
                    case json -> StatusJson.text(status);
                });
        out.flush();
        return status.hasWritablePrimary() ? ExitCode.OK : ExitCode.NOT_HEALTHY;
    }
}
