package io.autopilot.mysql.adapter.process;

import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Subprocesses;
import java.io.IOException;
import java.util.List;

/** Runs programs with the JDK's own means. Thread-safe. */
public final class JdkSubprocesses implements Subprocesses {
    @Override
    public Exit run(List<String> command, Input stdin, Output stdout, Deadline deadline) throws IOException {
        Cancellation.check();
        Process process;
        try {
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new SubprocessException("can't start " + command.getFirst() + ": " + e.getMessage(), e);
        }
        try (var _ = Cancellation.holding(process::destroyForcibly);
                Run run = new Run(command.getFirst(), process, deadline)) {
            return run.toTheEnd(stdin, stdout);
        }
    }
}
