package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.Subprocesses;
import io.autopilot.mysql.port.Subprocesses.Exit;
import io.autopilot.mysql.port.Subprocesses.Input;
import io.autopilot.mysql.port.Subprocesses.Output;
import io.autopilot.mysql.port.Subprocesses.SubprocessException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mysqld that is asked by the client programs over its socket, and killed in the end: its data is thrown away, and 5.6 has no other way that
 * newer clients know. Not thread-safe.
 */
final class ScratchRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchRun.class);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Duration GONE = Duration.ofSeconds(10);

    private final Subprocesses programs;
    private final Path socket;
    private final Deadline deadline;
    /** Ends the server when it is completed exceptionally: its standard input breaks then. */
    private final CompletableFuture<Void> wanted = new CompletableFuture<>();
    private final CompletableFuture<Exit> ended;

    private ScratchRun(Subprocesses programs, List<String> command, Path socket, Executor tasks, Deadline deadline) {
        this.programs = programs;
        this.socket = socket;
        this.deadline = deadline;
        this.ended = CompletableFuture.supplyAsync(() -> serve(command), tasks);
    }

    /**
     * Starts one and waits until it answers.
     *
     * @throws SnapshotException when it ends before, with what it said last, or doesn't answer in time
     */
    static ScratchRun start(
            Subprocesses programs, List<String> command, Path socket, Executor tasks, Poll poll, Deadline deadline) {
        ScratchRun run = new ScratchRun(programs, command, socket, tasks, deadline);
        boolean answers = false;
        try {
            answers = poll.until(deadline, PAUSE, () -> run.answers() ? Optional.of(true) : Optional.empty()).isPresent();
        } finally {
            if (!answers) {
                run.close();
            }
        }
        if (!answers) {
            throw new SnapshotException("the server on the copy didn't answer in time");
        }
        return run;
    }

    private Exit serve(List<String> command) {
        try {
            return programs.run(command, stdin -> untilUnwanted(), Output.IGNORED, deadline);
        } catch (IOException e) {
            throw new SubprocessException("the server on the copy was killed", e);
        }
    }

    private void untilUnwanted() throws IOException {
        try {
            wanted.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IOException("it isn't wanted any more", e);
        }
    }

    private boolean answers() {
        if (ended.isDone()) {
            throw new SnapshotException("the server on the copy doesn't start: " + end());
        }
        return attempt("SELECT 1").status() == 0;
    }

    private Exit attempt(String statement) {
        try {
            return programs.run(client("mysql", "--execute=" + statement), Input.NONE, Output.IGNORED, deadline);
        } catch (IOException e) {
            throw new SnapshotException("can't ask the server on the copy: " + e.getMessage(), e);
        }
    }

    /** Rows of tab-separated columns, with tabs and line ends in them escaped. */
    List<List<String>> ask(String statements) {
        List<List<String>> rows = new ArrayList<>();
        try {
            Exit exit = programs.run(
                    client("mysql", "--batch", "--skip-column-names", "--default-character-set=utf8"),
                    stdin -> stdin.write(statements.getBytes(StandardCharsets.UTF_8)),
                    stdout -> new String(stdout.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .forEach(line -> rows.add(List.of(line.split("\t", -1)))),
                    deadline);
            if (exit.status() != 0) {
                throw new SnapshotException("the server on the copy failed: " + exit);
            }
            return rows;
        } catch (IOException e) {
            throw new SnapshotException("can't ask the server on the copy: " + e.getMessage(), e);
        }
    }

    private List<String> client(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(program, "--no-defaults", "--socket=" + socket, "--user=root"));
        command.addAll(List.of(arguments));
        return command;
    }

    private String end() {
        try {
            return ended.get(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS).toString();
        } catch (TimeoutException e) {
            throw new SnapshotException("the server on the copy doesn't end", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SnapshotException("interrupted", e);
        } catch (ExecutionException e) {
            throw new SnapshotException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Returns when it is gone, or soon: its files are about to be removed. */
    @Override
    public void close() {
        wanted.completeExceptionally(new IOException("closed"));
        try {
            ended.get(GONE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.debug("event=scratch-server-ended how=\"{}\"", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
