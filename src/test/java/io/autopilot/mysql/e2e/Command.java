package io.autopilot.mysql.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine, within a bound. */
final class Command {
    private static final Duration BOUND = Duration.ofMinutes(3);

    private final Map<String, String> environment;

    /** Variables that are added to each program's environment; the map is read at each run. */
    Command(Map<String, String> environment) {
        this.environment = environment;
    }

    /** How a program ended, and what it wrote. */
    record Result(int status, String out, String err) {}

    /** What it wrote; fails when it ended with another status than 0. */
    String run(List<String> command) {
        Result result = attempt(command);
        if (result.status() != 0) {
            throw new IllegalStateException(
                    String.join(" ", command) + " ended with " + result.status() + ": " + result.out() + result.err());
        }
        return result.out();
    }

    Result attempt(List<String> command) {
        try {
            Path out = Files.createTempFile("out", ".txt");
            Path err = Files.createTempFile("err", ".txt");
            try {
                ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
                builder.environment().putAll(environment);
                Process process = builder.start();
                if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new IllegalStateException(String.join(" ", command) + " did not end in " + BOUND);
                }
                return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
