package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.ScratchServer;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.Subprocesses;
import io.autopilot.mysql.port.Subprocesses.Exit;
import io.autopilot.mysql.port.Subprocesses.Input;
import io.autopilot.mysql.port.Subprocesses.Output;
import io.autopilot.mysql.port.Subprocesses.SubprocessException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * Starts {@code mysqld} on a copy. For gtid_executed, on 8.0 or later, with an init file that writes it into a file and shuts the server down: no
 * client and no login is needed, and the server's end is the program's end. To check tables it is asked by the client programs over its socket, which
 * nobody has to log in to. Takes some 160 MB while it runs. Thread-safe.
 */
public final class MysqldScratch implements ScratchServer {
    private static final String GTIDS = "autopilot-gtids.txt";
    private static final String STATEMENTS = "autopilot-init.sql";
    private static final String SOCKET = "autopilot.sock";
    private static final String PID = "autopilot.pid";

    private final Subprocesses programs;
    private final Poll poll;
    private final Executor tasks;
    private final Optional<String> user;

    /**
     * @param tasks run the server that is asked by clients
     * @param user to run as, who must be able to write to the copy; empty: as this process does
     */
    public MysqldScratch(Subprocesses programs, Poll poll, Executor tasks, Optional<String> user) {
        this.programs = programs;
        this.poll = poll;
        this.tasks = tasks;
        this.user = user;
    }

    /** Whether a file at the top of the copy is the scratch server's own and no part of the data. */
    static boolean isOwn(String name) {
        return name.equals(GTIDS) || name.equals(STATEMENTS) || name.startsWith(SOCKET) || name.equals(PID);
    }

    @Override
    public GtidSet executedOf(Path dataDirectory, Deadline deadline) {
        Path written = dataDirectory.resolve(GTIDS);
        Path statements = dataDirectory.resolve(STATEMENTS);
        try {
            Files.deleteIfExists(written);
            Files.writeString(statements, "SELECT @@GLOBAL.gtid_executed INTO DUMPFILE '" + literal(written) + "';\nSHUTDOWN;\n");
            Exit exit = programs.run(command(dataDirectory, statements), Input.NONE, Output.IGNORED, deadline);
            if (exit.status() != 0 || !Files.exists(written)) {
                throw new SnapshotException("the server on the copy " + dataDirectory + " said no GTIDs: " + exit);
            }
            return GtidSet.parse(Files.readString(written, StandardCharsets.UTF_8));
        } catch (IOException | SubprocessException | IllegalArgumentException e) {
            throw new SnapshotException("can't read the GTIDs of the copy " + dataDirectory + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Findings check(Path dataDirectory, Optional<String> question, Deadline deadline) {
        try (ScratchRun server = ScratchRun.start(
                programs, checking(dataDirectory), dataDirectory.resolve(SOCKET), tasks, poll, deadline)) {
            TableChecks tables = TableChecks.of(server);
            Optional<String> answer = question.flatMap(q -> server.ask(q).stream().findFirst()).map(List::getFirst);
            return new Findings(executed(server), tables.checked(), tables.broken(), answer);
        } catch (SubprocessException | IllegalArgumentException e) {
            throw new SnapshotException("can't check the copy " + dataDirectory + ": " + e.getMessage(), e);
        }
    }

    /** 5.6 keeps no GTIDs but in its binary logs, which no snapshot has. */
    private static Optional<GtidSet> executed(ScratchRun server) {
        String version = server.ask("SELECT VERSION()").getFirst().getFirst();
        return version.startsWith("5.")
                ? Optional.empty()
                : Optional.of(GtidSet.parse(server.ask("SELECT @@GLOBAL.gtid_executed").getFirst().getFirst().replace("\\n", "")));
    }

    private static String literal(Path path) {
        return path.toString().replace("\\", "\\\\").replace("'", "''");
    }

    private List<String> command(Path dataDirectory, Path statements) {
        List<String> command = new ArrayList<>(common(dataDirectory));
        command.addAll(List.of(
                "--init-file=" + statements,
                "--secure-file-priv=" + dataDirectory,
                "--gtid-mode=ON",
                "--enforce-gtid-consistency=ON"));
        return command;
    }

    /** Without the accounts of the data, whose passwords nobody here knows; who isn't on the socket can't get in. */
    private List<String> checking(Path dataDirectory) {
        List<String> command = new ArrayList<>(common(dataDirectory));
        command.add("--skip-grant-tables");
        return command;
    }

    /** What 5.6 doesn't know is loose. */
    private List<String> common(Path dataDirectory) {
        return List.of(
                "mysqld",
                "--no-defaults",
                user.map(u -> "--user=" + u).orElse("--core-file=OFF"),
                "--datadir=" + dataDirectory,
                "--skip-networking",
                "--socket=" + dataDirectory.resolve(SOCKET),
                "--pid-file=" + dataDirectory.resolve(PID),
                "--loose-mysqlx=OFF",
                // Nothing may write: the set that is read has to be that of the copy.
                "--skip-log-bin",
                "--read-only=ON",
                "--loose-super-read-only=ON",
                "--event-scheduler=OFF",
                "--loose-skip-replica-start",
                "--loose-skip-slave-start",
                "--performance-schema=OFF",
                "--innodb-buffer-pool-size=64M",
                "--innodb-log-buffer-size=8M",
                "--loose-auto-generate-certs=OFF",
                "--loose-sha256-password-auto-generate-rsa-keys=OFF",
                "--loose-caching-sha2-password-auto-generate-rsa-keys=OFF");
    }
}
