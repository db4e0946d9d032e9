package io.autopilot.mysql.cli;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line; {@code main} is the only place that ends the JVM. */
@Command(
        name = "manage",
        description = "Runs the life of a MySQL container.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = SuperviseCommand.class)
public final class Manage implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before any use
    private CommandSpec spec;

    private Manage() {}

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
        PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
        System.exit(run(System.getenv(), out, err, args));
    }

    /** Runs one command line and gives its exit code. */
    static int run(Map<String, String> environment, PrintWriter out, PrintWriter err, String... args) {
        return new CommandLine(new Manage())
                .addSubcommand(new PreStartCommand(environment))
                .addSubcommand(new HealthCommand(environment))
                .addSubcommand(new OnChangeCommand(environment))
                .addSubcommand(new SnapshotCommand(environment))
                .addSubcommand(new PreStopCommand(environment))
                .addSubcommand(new StatusCommand(environment))
                .setExecutionExceptionHandler((bug, command, given) -> report(bug, command))
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((wrong, given) -> refuse(wrong))
                .execute(args);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    private static int report(Exception bug, CommandLine command) {
        command.getErr().println("manage " + command.getCommandName() + ": a defect of this program, please report it:");
        bug.printStackTrace(command.getErr());
        return ExitCode.BUG;
    }

    /** Two lines, what is wrong and where help is; the whole usage would bury the cause. */
    private static int refuse(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        command.getErr().println(command.getCommandName() + ": " + wrong.getMessage());
        command.getErr().println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }
}
