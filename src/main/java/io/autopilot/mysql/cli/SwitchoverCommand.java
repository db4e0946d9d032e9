package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.SwitchoverDecision;
import io.autopilot.mysql.core.SwitchoverRequest;
import io.autopilot.mysql.core.SwitchoverRule;
import io.autopilot.mysql.core.SwitchoverView;
import io.autopilot.mysql.hook.Hook;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Outcome;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.RequestedSwitchover;
import io.autopilot.mysql.hook.Switchover;
import io.autopilot.mysql.hook.SwitchoverObserver;
import io.autopilot.mysql.port.Deadline;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "switchover",
        description = "Makes a replica the primary, with nothing lost, and the primary its replica; works on every node. When a step fails or"
                + " takes too long the primary writes on. Exits with 0 when the target is the primary, 75 when all is as it was before,"
                + " 69 when no node can take over.")
final class SwitchoverCommand extends HookCommand {
    private static final Duration LOOK = Duration.ofSeconds(10);
    private static final Duration LIMIT = Duration.ofSeconds(40);

    /** How to print. */
    enum Output {
        table,
        json
    }

    @Option(names = "--to", paramLabel = "NODE", description = "The new primary; default: the most advanced healthy replica.")
    private @Nullable String to;

    @Option(names = "--dry-run", description = "Only say what would be done, and what speaks for and against each node.")
    private boolean dryRun;

    @Option(
            names = "--deadline",
            paramLabel = "DURATION",
            converter = WriteStop.class,
            defaultValue = "5s",
            description = "For how long writes may stop, from 2s to 8s; not done by then, the primary writes again. Default: ${DEFAULT-VALUE}")
    private Duration deadline = Switchover.WRITE_STOP;

    @Option(names = "--output", paramLabel = "FORMAT", description = "table or json; default: ${DEFAULT-VALUE}", defaultValue = "table")
    private Output output = Output.table;

    SwitchoverCommand(Map<String, String> environment) {
        super(environment);
    }

    /** Reads a duration such as 5s or 2500ms; a bare number is seconds, as in the settings. */
    static final class WriteStop implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,6})(ms|s)?");

        @Override
        public Duration convert(String value) {
            Matcher form = FORM.matcher(value);
            if (!form.matches()) {
                throw new TypeConversionException("'" + value + "' is no duration; write for example 5s or 2500ms");
            }
            long number = Long.parseLong(form.group(1));
            Duration duration = "ms".equals(form.group(2)) ? Duration.ofMillis(number) : Duration.ofSeconds(number);
            if (duration.compareTo(Switchover.SHORTEST_WRITE_STOP) < 0 || duration.compareTo(Switchover.LONGEST_WRITE_STOP) > 0) {
                throw new TypeConversionException("'" + value + "' is not between " + Switchover.SHORTEST_WRITE_STOP.toSeconds() + "s and "
                        + Switchover.LONGEST_WRITE_STOP.toSeconds() + "s");
            }
            return duration;
        }
    }

    @Override
    int run(Wiring wiring) {
        Node node = wiring.node();
        Ports ports = wiring.ports();
        SwitchoverView view = new SwitchoverObserver(node, ports).observe(Optional.ofNullable(to), true, Deadline.after(LOOK, wiring.ticker()));
        SwitchoverDecision decision = SwitchoverRule.decide(view);
        if (dryRun || !(decision instanceof SwitchoverDecision.HandOverTo)) {
            print(view, decision, Optional.empty());
            return switch (decision) {
                case SwitchoverDecision.HandOverTo go -> ExitCode.OK;
                case SwitchoverDecision.NothingToDo nothing -> ExitCode.OK;
                case SwitchoverDecision.Refuse refuse -> ExitCode.NOT_HEALTHY;
                case SwitchoverDecision.UnknownNode unknown -> ExitCode.USAGE;
            };
        }
        Heard hook = new Heard(hook(node, ports, view));
        int status = runner(wiring).run(hook, LIMIT);
        print(view, decision, hook.outcome);
        return status;
    }

    /** Keeps the outcome, of which the runner gives only the exit code. */
    private static final class Heard implements Hook {
        private final Hook hook;
        private Optional<Outcome> outcome = Optional.empty();

        Heard(Hook hook) {
            this.hook = hook;
        }

        @Override
        public Outcome run(Deadline until) {
            Outcome ended = hook.run(until);
            outcome = Optional.of(ended);
            return ended;
        }
    }

    /** By the hooks of the primary's node; when this is it, and they don't hear, by this process. */
    private Hook hook(Node node, Ports ports, SwitchoverView view) {
        String primary = view.primary().orElseThrow().node();
        Optional<String> target = Optional.ofNullable(to);
        return new RequestedSwitchover(
                node,
                ports,
                primary,
                new SwitchoverRequest(UUID.randomUUID().toString(), node.name(), target, deadline, Optional.empty()),
                Optional.<Hook>of(new Switchover(node, ports, target, deadline)).filter(here -> primary.equals(node.name())));
    }

    private void print(SwitchoverView view, SwitchoverDecision decision, Optional<Outcome> outcome) {
        PrintWriter out = out();
        out.println(
                switch (output) {
                    case table -> SwitchoverReport.table(view, decision, outcome);
                    case json -> SwitchoverReport.json(view, decision, outcome);
                });
        out.flush();
    }
}
