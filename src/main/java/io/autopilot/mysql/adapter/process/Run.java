package io.autopilot.mysql.adapter.process;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Subprocesses.Exit;
import io.autopilot.mysql.port.Subprocesses.Input;
import io.autopilot.mysql.port.Subprocesses.Output;
import io.autopilot.mysql.port.Subprocesses.SubprocessException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One program in progress, with a thread for each of its input, its standard error and its deadline. */
final class Run implements AutoCloseable {
    /** How long the end of standard error is awaited after the program's: a stray grandchild may hold it open. */
    private static final Duration TAIL_WAIT = Duration.ofSeconds(2);

    private final String program;
    private final Process process;
    private final Deadline deadline;
    private final LastLines said = new LastLines();
    private volatile @Nullable IOException inputFailure;
    private volatile boolean late;

    Run(String program, Process process, Deadline deadline) {
        this.program = program;
        this.process = process;
        this.deadline = deadline;
    }

    Exit toTheEnd(Input stdin, Output stdout) throws IOException {
        Thread errors = thread("stderr", () -> said.drain(process.getErrorStream()));
        Thread feeder = thread("stdin", () -> feed(stdin));
        Thread watch = thread("deadline", this::killAtTheDeadline);
        Optional<IOException> outputFailure = read(stdout);
        try {
            watch.join();
            feeder.join(TAIL_WAIT);
            errors.join(TAIL_WAIT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SubprocessException(program + " was interrupted", e);
        }
        if (late) {
            throw new SubprocessException(program + " did not end in time and was killed: " + String.join(" | ", said.read()));
        }
        IOException failure = inputFailure != null ? inputFailure : outputFailure.orElse(null);
        if (failure != null) {
            throw failure;
        }
        return new Exit(process.exitValue(), said.read());
    }

    private Optional<IOException> read(Output stdout) {
        try (InputStream output = process.getInputStream()) {
            stdout.readFrom(output);
            output.transferTo(OutputStream.nullOutputStream());
            return Optional.empty();
        } catch (IOException e) {
            kill();
            return Optional.of(e);
        }
    }

    private void feed(Input input) {
        OutputStream pipe = process.getOutputStream();
        try {
            // Flushed by hand below: a filter's close would hide which side failed.
            OutputStream guarded = new Pipe(pipe);
            input.writeTo(guarded);
            guarded.flush();
        } catch (Pipe.Broken e) {
            // The program stopped reading; its exit status says whether that was right.
        } catch (IOException e) {
            inputFailure = e;
            kill();
        } finally {
            close(pipe);
        }
    }

    private static void close(OutputStream pipe) {
        try {
            pipe.close();
        } catch (IOException e) {
            // Bytes that nobody reads any more.
        }
    }

    private void killAtTheDeadline() {
        try {
            if (!process.waitFor(deadline.remaining().toMillis(), TimeUnit.MILLISECONDS)) {
                late = true;
                kill();
                process.waitFor();
            }
        } catch (InterruptedException e) {
            kill();
        }
    }

    /** With its descendants, who are looked up first: they can't be found from a dead parent. */
    private void kill() {
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            descendants.toList().forEach(ProcessHandle::destroyForcibly);
        }
        process.destroyForcibly();
    }

    private Thread thread(String part, Runnable work) {
        return Thread.ofPlatform().daemon().name(program + "-" + part).start(work);
    }

    @Override
    public void close() {
        kill();
    }

    /** Tells a program that stopped reading from an input that could not be made. */
    private static final class Pipe extends FilterOutputStream {
        Pipe(OutputStream pipe) {
            super(pipe);
        }

        static final class Broken extends IOException {
            private static final long serialVersionUID = 1L;

            Broken(IOException cause) {
                super(cause);
            }
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw new Broken(e);
            }
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (IOException e) {
                throw new Broken(e);
            }
        }
    }
}
