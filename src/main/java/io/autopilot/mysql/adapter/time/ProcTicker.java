package io.autopilot.mysql.adapter.time;

import io.autopilot.mysql.port.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The kernel's time since boot, to 10 ms, from {@code uptime} and {@code sys/kernel/random/boot_id} of the proc file system
 * (proc(5)). Every process of the machine reads the same clock, containers too. Thread-safe.
 */
public final class ProcTicker implements Ticker {
    private final Path proc;

    public ProcTicker(Path proc) {
        this.proc = proc;
    }

    @Override
    public Duration uptime() {
        String text = read("uptime");
        String seconds = text.split(" ", 2)[0];
        return Duration.ofMillis(new BigDecimal(seconds).movePointRight(3).longValueExact());
    }

    @Override
    public String bootId() {
        return read("sys/kernel/random/boot_id");
    }

    private String read(String name) {
        Path file = proc.resolve(name);
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }
}
