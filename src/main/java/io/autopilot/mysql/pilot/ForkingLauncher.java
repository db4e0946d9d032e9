package io.autopilot.mysql.pilot;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/**
 * Real processes. A JVM can neither make a process group nor signal one: {@code setsid} (util-linux) does the first, and becomes
 * the program, so that the program's pid is its group's; kill(2) is called directly, since a fork may fail just when something
 * has to be killed.
 */
public final class ForkingLauncher implements Launcher {
    private static final int SIGKILL = 9;
    private static final int SIGTERM = 15;

    private final MethodHandle kill;

    private ForkingLauncher(MethodHandle kill) {
        this.kill = kill;
    }

    /** Finds kill(2). */
    @SuppressWarnings("restricted") // the jar's manifest enables native access
    public static ForkingLauncher onThisMachine() {
        Linker linker = Linker.nativeLinker();
        return new ForkingLauncher(linker.downcallHandle(
                linker.defaultLookup().findOrThrow("kill"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)));
    }

    @Override
    public Run start(List<String> command, Map<String, String> environment) throws IOException {
        List<String> inOwnSession = new ArrayList<>(List.of("setsid", "--"));
        inOwnSession.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(inOwnSession).inheritIO();
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new Forked(builder.start());
    }

    private final class Forked implements Run {
        private final Process process;

        Forked(Process process) {
            this.process = process;
        }

        @Override
        public long pid() {
            return process.pid();
        }

        @Override
        public void onExit(IntConsumer listener) {
            var _ = process.onExit().thenAccept(ended -> listener.accept(ended.exitValue()));
        }

        @Override
        public void terminate() {
            // In the moment before setsid has made the group there is only the process.
            if (signal(-process.pid(), SIGTERM) != 0) {
                process.destroy();
            }
        }

        @Override
        public void kill() {
            // Listed before the kill: afterwards nobody knows whose children they were.
            List<ProcessHandle> descendants = process.descendants().toList();
            signal(-process.pid(), SIGKILL);
            process.destroyForcibly();
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private int signal(long target, int signal) {
        try {
            return (int) kill.invokeExact((int) target, signal);
        } catch (Throwable e) {
            throw new IllegalStateException("kill(" + target + ", " + signal + ") could not be called", e);
        }
    }
}
