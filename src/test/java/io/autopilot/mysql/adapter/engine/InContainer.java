package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.adapter.process.JdkSubprocesses;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Subprocesses;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/** Runs programs in a running container, which sees the test's directories under the same names. */
record InContainer(String id) implements Subprocesses {
    @Override
    public Exit run(List<String> command, Input stdin, Output stdout, Deadline deadline) throws IOException {
        List<String> inside = Stream.concat(Stream.of("docker", "exec", "-i", id), command.stream()).toList();
        return new JdkSubprocesses().run(inside, stdin, stdout, deadline);
    }
}
