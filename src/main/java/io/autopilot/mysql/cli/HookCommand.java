package io.autopilot.mysql.cli;

import io.autopilot.mysql.config.Problem;
import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.config.SettingsReader;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.hook.Outcome;
import io.autopilot.mysql.port.ConsulException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command that needs the configuration has in common: read it whole or refuse it whole, then run. */
@Command(mixinStandardHelpOptions = true)
abstract class HookCommand implements Callable<Integer> {
    /** The kernel's uptime when this process was launched, from the script that launched it. */
    static final String LAUNCHED = "MANAGE_LAUNCHED";

    private static final Pattern UPTIME = Pattern.compile("\\d{1,12}(\\.\\d{1,9})?");

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before any use
    private CommandSpec spec;

    HookCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The exit code. */
    abstract int run(Wiring wiring);

    /** Runs a hook within its time. */
    HookRunner runner(Wiring wiring) {
        return new HookRunner(wiring.ticker(), launched(wiring.ticker().uptime()));
    }

    /** The launcher notes the kernel's uptime, in seconds; without one, the hook begins now. */
    private Duration launched(Duration now) {
        return Optional.ofNullable(environment.get(LAUNCHED))
                .filter(text -> UPTIME.matcher(text).matches())
                .map(text -> Duration.ofMillis(new BigDecimal(text).movePointRight(3).longValue()))
                .filter(then -> then.compareTo(now) <= 0)
                .orElse(now);
    }

    /** The server in this container, where limits of the configuration depend on it. */
    Optional<MysqlVersion> version() {
        return Optional.empty();
    }

    @Override
    public final Integer call() {
        return switch (SettingsReader.read(environment, version())) {
            case SettingsReader.Result.Invalid invalid -> refuse(invalid.problems());
            case SettingsReader.Result.Valid valid -> run(valid.settings());
        };
    }

    private int run(Settings settings) {
        LogSetup.configure(spec.name(), settings.logLevel(), new Random());
        try {
            return run(new Wiring(settings));
        } catch (ConsulException e) {
            LoggerFactory.getLogger(HookCommand.class).warn("event=failed reason=\"{}\"", e.getMessage());
            return ExitCode.TRY_LATER;
        }
    }

    private int refuse(List<Problem> problems) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("manage " + spec.name() + ": the configuration is wrong:");
        problems.forEach(problem -> err.println("  " + problem.variable() + " " + problem.text()));
        err.flush();
        return ExitCode.CONFIGURATION;
    }

    /** A command line that picocli can't see to be wrong. */
    ParameterException wrong(String text) {
        return new ParameterException(spec.commandLine(), text);
    }

    /** Tells an operator how it went, and gives the exit code. */
    int tell(Outcome outcome) {
        if (outcome.isDone()) {
            out().println(outcome.reason());
            out().flush();
        } else {
            complain(outcome.reason().text());
        }
        return HookRunner.exitCode(outcome);
    }

    /** The same for a command that reads the store, and can't. */
    int failed(String reason) {
        complain(reason);
        return ExitCode.NOT_HEALTHY;
    }

    /** The same for what this node isn't made for. */
    int cannot(String reason) {
        complain(reason);
        return ExitCode.CONFIGURATION;
    }

    private void complain(String reason) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("manage " + spec.name() + ": " + reason);
        err.flush();
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
