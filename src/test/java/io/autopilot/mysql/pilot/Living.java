package io.autopilot.mysql.pilot;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A supervisor that runs as a process of its own over a description, and the lines that its jobs wrote. */
final class Living implements AutoCloseable {
    static final Duration BOUND = Duration.ofSeconds(15);

    private final Path directory;
    private final Process process;

    /** @param command the supervisor; the description's file is put after it */
    static Living start(List<String> command, Path directory, String description, Map<String, String> environment)
            throws IOException {
        Path file = Files.writeString(directory.resolve("life.json5"), description);
        Files.writeString(directory.resolve("lines"), "");
        List<String> whole = new ArrayList<>(command);
        whole.add(file.toString());
        ProcessBuilder builder = new ProcessBuilder(whole).directory(directory.toFile());
        builder.environment().put("LINES", directory.resolve("lines").toString());
        builder.environment().putAll(environment);
        builder.redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile());
        return new Living(directory, builder.start());
    }

    private Living(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
    }

    /** What the jobs appended to the file {@code $LINES}. */
    List<String> lines() {
        try {
            return Files.readAllLines(directory.resolve("lines"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    long count(String line) {
        return lines().stream().filter(line::equals).count();
    }

    void awaitLine(String line) throws InterruptedException {
        awaitLines(line, 1);
    }

    void awaitLines(String line, int times) throws InterruptedException {
        await(() -> count(line) >= times, times + " x " + line);
    }

    void await(BooleanSupplier condition, String what) throws InterruptedException {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                fail("never came: " + what + "\nlines: " + lines() + "\nlog:\n" + log());
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Asserts the order of the first occurrences. */
    void assertOrder(String... expected) {
        List<String> found = lines().stream().filter(List.of(expected)::contains).distinct().toList();
        org.junit.jupiter.api.Assertions.assertEquals(List.of(expected), found, this::log);
    }

    void terminate() {
        process.destroy();
    }

    int awaitExit() throws InterruptedException {
        assertTrue(process.waitFor(BOUND.toMillis(), TimeUnit.MILLISECONDS), () -> "still running\n" + lines() + "\n" + log());
        return process.exitValue();
    }

    String log() {
        try {
            return Files.readString(directory.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }
}
