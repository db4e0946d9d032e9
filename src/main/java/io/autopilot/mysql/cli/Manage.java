package io.autopilot.mysql.cli;

import io.autopilot.mysql.port.Cancellation;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
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
        versionProvider = Version.class)
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
        CommandLine line = new CommandLine(new Manage());
        // The model of a command costs a few ms to build, and a hook runs every few seconds: only what was named, if anything was.
        Map<String, Supplier<Object>> commands = commands(environment);
        commands.forEach((name, command) -> {
            if (args.length == 0 || args[0].equals(name) || !commands.containsKey(args[0])) {
                line.addSubcommand(name, command.get());
            }
        });
        return line
                .setExecutionExceptionHandler((bug, command, given) -> report(bug, command))
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((wrong, given) -> refuse(wrong))
                .execute(args);
    }

    private static Map<String, Supplier<Object>> commands(Map<String, String> environment) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("preStart", () -> new PreStartCommand(environment));
        commands.put("health", () -> new HealthCommand(environment));
        commands.put("onChange", () -> new OnChangeCommand(environment));
        commands.put("snapshot", () -> new SnapshotCommand(environment));
        commands.put("rebuild", () -> new RebuildCommand(environment));
        commands.put("snapshots", () -> new SnapshotsCommand(environment));
        commands.put("verify", () -> new VerifyCommand(environment));
        commands.put("restore", () -> new RestoreCommand(environment));
        commands.put("evidence", () -> new EvidenceCommand(environment));
        commands.put("preStop", () -> new PreStopCommand(environment));
        commands.put("status", () -> new StatusCommand(environment));
        commands.put("history", () -> new HistoryCommand(environment));
        commands.put("pause", () -> new PauseCommand(environment));
        commands.put("resume", () -> new ResumeCommand(environment));
        commands.put("failover", () -> new FailoverCommand(environment));
        commands.put("acknowledge", () -> new AcknowledgeCommand(environment));
        commands.put("adopt", () -> new AdoptCommand(environment));
        commands.put("switchover", () -> new SwitchoverCommand(environment));
        commands.put("supervise", SuperviseCommand::new);
        commands.put("hooks", () -> new HooksCommand(environment));
        return commands;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    private static int report(Exception bug, CommandLine command) {
        if (Cancellation.isCancelled()) {
            return ExitCode.TRY_LATER;
        }
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
