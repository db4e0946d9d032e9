package io.autopilot.mysql.adapter.mysqld;

import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.Cancellation;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
        if (!version().isAtLeast(5, 7, 6)) {
            initialise(List.of("mysql_install_db", "--no-defaults", "--user=mysql", "--datadir=" + directory), deadline);
            return;
        }
        Path statements = writeFirstStatements();
        try {
            // Small buffers: the server that makes the directory must fit where the one that serves it does.
            initialise(
                    List.of(
                            "mysqld",
                            "--no-defaults",
                            "--initialize-insecure",
                            "--user=mysql",
                            "--datadir=" + directory,
                            "--init-file=" + statements,
                            "--skip-log-bin",
                            "--character-set-server=utf8mb4",
                            "--performance-schema=OFF",
                            "--innodb-buffer-pool-size=64M"),
                    deadline);
        } finally {
            delete(statements);
        }
    }

    private void initialise(List<String> command, Deadline deadline) {
        Exit exit = run(command, Subprocesses.Output.IGNORED, deadline);
        if (exit.status() != 0) {
            throw new SubprocessException(command.getFirst() + " could not make a data directory: " + exit);
        }
    }

    /** Without name resolution root@localhost doesn't count over TCP, which is how the hooks come; provisioning drops this one. */
    private static Path writeFirstStatements() {
        try {
            Path file = Files.createTempFile("init", ".sql");
            Files.writeString(
                    file, "CREATE USER 'root'@'127.0.0.1';\nGRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("could not write the first statements of a new server", e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException("could not remove " + file, e);
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
        Cancellation.check();
        ProcessHandle.of(start.pid()).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Override
    public void terminate(MysqldStart start) {
        Cancellation.check();
        ProcessHandle.of(start.pid()).ifPresent(ProcessHandle::destroy);
    }
}
