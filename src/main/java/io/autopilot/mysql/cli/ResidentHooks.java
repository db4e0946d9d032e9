package io.autopilot.mysql.cli;

import io.autopilot.mysql.pilot.Launcher;
import io.autopilot.mysql.port.Cancellation;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.Security;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.IntConsumer;

/**
 * Runs the hooks that come again and again as threads of this process, and starts everything else as a program: the same command line, the
 * same deadlines and exit codes, without the start of a JVM each time (docs/decisions/0016). Safe for several threads.
 */
final class ResidentHooks implements Launcher {
    private static final String OWN = "manage";
    /** The others run once, or long, or take memory that is to go back. */
    private static final Set<String> RESIDENT = Set.of("health", "onChange");
    /** Asked again and again on each node; what they ask about is a program. */
    private static final Set<List<String>> QUESTIONS =
            Set.of(List.of(OWN, "snapshot", SnapshotCommand.IS_DUE), List.of(OWN, "verify", SnapshotCommand.IS_DUE));

    private static final int TERMINATED = 143;
    private static final int KILLED = 137;
    private static final Executor THREADS = task -> Thread.ofPlatform().daemon().start(task);

    private final Launcher programs;
    private final CommandLine commandLine;

    /** The command line of this program: the arguments make an exit code. */
    interface CommandLine {
        int run(Map<String, String> environment, String... arguments);
    }

    /** @param programs for everything that isn't resident */
    ResidentHooks(Launcher programs, CommandLine commandLine) {
        this.programs = programs;
        this.commandLine = commandLine;
    }

    /** The same for the rest of this process's life: its log and its network are made ready for it. */
    static ResidentHooks inThisProcess(Launcher programs, PrintWriter out, PrintWriter err) {
        LogSetup.load();
        // What a JVM remembers of the network between two calls, and a new process doesn't: addresses of names, idle connections.
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        System.setProperty("http.keepAlive", "false");
        return new ResidentHooks(programs, (given, arguments) -> Manage.run(given, out, err, arguments));
    }

    static boolean isResident(List<String> command) {
        return command.size() > 1 && command.getFirst().equals(OWN) && (RESIDENT.contains(command.get(1)) || QUESTIONS.contains(command));
    }

    @Override
    public Run start(List<String> command, Map<String, String> environment) throws IOException {
        if (!isResident(command)) {
            return programs.start(command, environment);
        }
        Map<String, String> own = new HashMap<>(environment);
        // The time of a hook counts from now, not from the launch of the process that it lives in.
        own.remove(HookCommand.LAUNCHED);
        Resident run = new Resident();
        Thread.ofPlatform().daemon().name(String.join(" ", command)).start(() -> run.live(command, own));
        return run;
    }

    private final class Resident implements Run {
        private final Cancellation cancellation = new Cancellation();
        private final CompletableFuture<Integer> status = new CompletableFuture<>();

        private void live(List<String> command, Map<String, String> environment) {
            String[] arguments = command.subList(1, command.size()).toArray(String[]::new);
            try {
                status.complete(cancellation.over(() -> commandLine.run(environment, arguments)));
            } finally {
                // An Error: the thread's own handler prints it.
                status.complete(ExitCode.BUG);
            }
        }

        @Override
        public long pid() {
            return ProcessHandle.current().pid();
        }

        @Override
        public void onExit(IntConsumer listener) {
            var _ = status.thenAccept(listener::accept);
        }

        @Override
        public void terminate() {
            end(TERMINATED);
        }

        @Override
        public void kill() {
            end(KILLED);
        }

        /** A hook that hangs is left to itself, and can do nothing any more. */
        private void end(int how) {
            if (!status.isDone()) {
                cancellation.cancel(THREADS);
                status.complete(how);
            }
        }
    }
}
