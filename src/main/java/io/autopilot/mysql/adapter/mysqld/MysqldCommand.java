package io.autopilot.mysql.adapter.mysqld;

import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.MysqldProgram;
import io.autopilot.mysql.port.Subprocesses;
import io.autopilot.mysql.port.Subprocesses.Exit;
import io.autopilot.mysql.port.Subprocesses.Input;
import io.autopilot.mysql.port.Subprocesses.SubprocessException;
import io.autopilot.mysql.port.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** mysqld as a command on the PATH. Stateless. */
public final class MysqldCommand implements MysqldProgram {
    private static final Pattern VERSION = Pattern.compile("Ver\\s+(\\S+)");
    private static final Duration ASK = Duration.ofSeconds(20);

    private final Subprocesses programs;
    private final Ticker ticker;

    public MysqldCommand(Subprocesses programs, Ticker ticker) {
        this.programs = programs;
        this.ticker = ticker;
    }

    @Override
    public MysqlVersion version() {
        StringBuilder said = new StringBuilder();
        Exit exit = run(
                List.of("mysqld", "--no-defaults", "--version"),
                stdout -> said.append(new String(stdout.readAllBytes(), StandardCharsets.UTF_8)),
                Deadline.after(ASK, ticker));
        Matcher version = VERSION.matcher(said);
        if (exit.status() != 0 || !version.find()) {
            throw new SubprocessException("mysqld --version says nothing of use: " + said + " (" + exit + ")");
        }
        return MysqlVersion.parse(version.group(1));
    }

    @Override
    public void initialise(Path directory, Deadline deadline) {
        List<String> command = version().isAtLeast(5, 7, 6)
                // Small buffers: the server that makes the directory must fit where the one that serves it does.
                ? List.of(
                        "mysqld",
                        "--no-defaults",
                        "--initialize-insecure",
                        "--user=mysql",
                        "--datadir=" + directory,
                        "--character-set-server=utf8mb4",
                        "--performance-schema=OFF",
                        "--innodb-buffer-pool-size=64M")
                : List.of("mysql_install_db", "--no-defaults", "--user=mysql", "--datadir=" + directory);
        Exit exit = run(command, Subprocesses.Output.IGNORED, deadline);
        if (exit.status() != 0) {
            throw new SubprocessException(command.getFirst() + " could not make a data directory: " + exit);
        }
    }

    private Exit run(List<String> command, Subprocesses.Output output, Deadline deadline) {
        try {
            return programs.run(command, Input.NONE, output, deadline);
        } catch (IOException e) {
            throw new UncheckedIOException("reading what " + command.getFirst() + " says", e);
        }
    }

    @Override
    public void kill(MysqldStart start) {
        ProcessHandle.of(start.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Override
    public void terminate(MysqldStart start) {
        ProcessHandle.of(start.pid()).ifPresent(ProcessHandle::destroy);
    }
}
