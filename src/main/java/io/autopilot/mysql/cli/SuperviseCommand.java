package io.autopilot.mysql.cli;

import io.autopilot.mysql.config.Setting;
import io.autopilot.mysql.pilot.EventLog;
import io.autopilot.mysql.pilot.ForkingLauncher;
import io.autopilot.mysql.pilot.Host;
import io.autopilot.mysql.pilot.Launcher;
import io.autopilot.mysql.pilot.Life;
import io.autopilot.mysql.pilot.LifeException;
import io.autopilot.mysql.pilot.Supervisor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code manage supervise FILE}: the built-in supervisor, until SIGTERM or SIGINT or until there is nothing left to do. */
@Command(
        name = "supervise",
        description = "Runs the life of a container as FILE (containerpilot.json5) describes it.",
        mixinStandardHelpOptions = true)
final class SuperviseCommand implements Callable<Integer> {
    private static final String PROCESS = "process";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before any use
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The description, JSON5 with templates.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before any use
    private Path file;

    @Option(names = "--render", description = "Print FILE as it is after its templates, check it, and do nothing else.")
    private boolean render;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Map<String, String> environment = System.getenv();
        PrintWriter err = spec.commandLine().getErr();
        try {
            String template = Files.readString(file);
            if (render) {
                spec.commandLine().getOut().println(Life.render(template, environment).stripTrailing());
            }
            Life life = Life.read(template, environment, Host.local());
            return render ? ExitCode.OK : live(life, environment);
        } catch (LifeException e) {
            e.problems().forEach(problem -> err.println(refusal(problem)));
            return ExitCode.CONFIGURATION;
        } catch (IOException e) {
            err.println(refusal("cannot be read: " + e));
            return ExitCode.CONFIGURATION;
        }
    }

    private String refusal(String problem) {
        return "hook=supervise event=refused file=" + file + " reason=\"" + problem.replace('"', '\'') + '"';
    }

    private Launcher launcher(Map<String, String> environment) {
        Launcher programs = ForkingLauncher.onThisMachine();
        if (PROCESS.equals(environment.get(Setting.HOOKS.name()))) {
            return programs;
        }
        ResidentHooks hooks = ResidentHooks.inThisProcess(programs, spec.commandLine().getOut(), spec.commandLine().getErr());
        HookServer.inBackground(Wiring.RUN.resolve(HookServer.NOTE), hooks, environment);
        return hooks;
    }

    private int live(Life life, Map<String, String> environment) throws IOException, InterruptedException {
        EventLog log = new EventLog(life.logsToStdout() ? System.out : System.err, life.level(), Clock.systemUTC());
        Supervisor supervisor = Supervisor.of(life, environment, launcher(environment), log);
        Thread atExit = Thread.ofPlatform().name("stop").unstarted(() -> stopAndHalt(supervisor));
        Runtime.getRuntime().addShutdownHook(atExit);
        try {
            return supervisor.run();
        } finally {
            removeOrLeaveTheEndTo(atExit);
        }
    }

    /** The answer to SIGTERM and SIGINT; a halt, since the JVM's own end would have the status 143. */
    private static void stopAndHalt(Supervisor supervisor) {
        supervisor.stop("asked to");
        try {
            int status = supervisor.awaitEnd();
            System.out.flush();
            Runtime.getRuntime().halt(status);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void removeOrLeaveTheEndTo(Thread atExit) throws InterruptedException {
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // The hook is at work and ends the JVM.
            atExit.join();
        }
    }
}
