package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.hook.History;
import io.autopilot.mysql.port.Deadline;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "history",
        description = "Shows every change of role, the newest first: which node became the primary, when, why and after which one, for how long"
                + " nobody could write, what it had, what was lost. Each node's table autopilot.journal tells the same.")
final class HistoryCommand extends HookCommand {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Option(names = "--output", paramLabel = "FORMAT", description = "table or json; default: ${DEFAULT-VALUE}", defaultValue = "table")
    private Output output = Output.table;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; default: ${DEFAULT-VALUE}", defaultValue = "20")
    private int limit;

    HistoryCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        if (limit < 1) {
            throw wrong("--limit has to be 1 or more");
        }
        List<TermRecord> terms = new History(wiring.node(), wiring.consul()).newest(limit, Deadline.after(LIMIT, wiring.ticker()));
        PrintWriter out = out();
        out.println(
                switch (output) {
                    case table -> HistoryText.table(terms);
                    case json -> HistoryText.json(terms);
                });
        out.flush();
        return ExitCode.OK;
    }
}
