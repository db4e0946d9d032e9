package io.autopilot.mysql.cli;

import io.autopilot.mysql.config.Problem;
import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.config.SettingsReader;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.ConsulException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every command that needs the configuration has in common: read it whole or refuse it whole, then run. */
@Command(mixinStandardHelpOptions = true)
abstract class HookCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before any use
    private CommandSpec spec;

    HookCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /** The exit code. */
    abstract int run(Wiring wiring);

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

    PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
