package io.autopilot.mysql.cli;

import io.autopilot.mysql.hook.Adopt;
import io.autopilot.mysql.port.Deadline;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "adopt",
        description = "Makes this node the primary of a cluster whose Consul has lost its data; the other nodes follow it. Shows first what the"
                + " registered nodes have: one that isn't shown was not asked. 69: refused, with the reason. 75: not yet, try again.")
final class AdoptCommand extends HookCommand {
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @Option(names = "--dry-run", description = "Only look, and say what would be done.")
    private boolean dryRun;

    @Option(
            names = "--force",
            description = "Also when another node has transactions that this one lacks, or can't be read; they may be lost.")
    private boolean force;

    @Option(names = "--output", paramLabel = "FORMAT", description = "table or json; default: ${DEFAULT-VALUE}", defaultValue = "table")
    private Output output = Output.table;

    AdoptCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        Adopt adopt = new Adopt(wiring.node(), wiring.ports(), force);
        Deadline deadline = Deadline.after(LIMIT, wiring.ticker());
        Optional<Adopt.Result> result = dryRun ? Optional.of(adopt.dryRun(deadline)) : adopt.run(deadline);
        if (result.isEmpty()) {
            return tell(Adopt.busy());
        }
        out().println(
                switch (output) {
                    case table -> AdoptText.table(result.get().found());
                    case json -> AdoptText.json(result.get());
                });
        out().flush();
        return output == Output.table ? tell(result.get().outcome()) : HookRunner.exitCode(result.get().outcome());
    }
}
