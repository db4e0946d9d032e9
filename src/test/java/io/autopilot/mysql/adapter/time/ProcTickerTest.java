package io.autopilot.mysql.adapter.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcTickerTest {
    @Test
    void readsTheKernelsOwnFiles() {
        ProcTicker ticker = new ProcTicker(Path.of("/proc"));
        Duration first = ticker.uptime();
        assertTrue(first.compareTo(Duration.ZERO) > 0);
        assertTrue(ticker.uptime().compareTo(first) >= 0);
        assertEquals(36, ticker.bootId().length());
    }

    @Test
    void keepsTheHundredthsOfASecond(@TempDir Path proc) throws IOException {
        Files.writeString(proc.resolve("uptime"), "123456.78 99.10\n");
        assertEquals(Duration.ofMillis(123_456_780), new ProcTicker(proc).uptime());
    }

    @Test
    void namesTheFileThatCantBeRead(@TempDir Path proc) {
        UncheckedIOException failure = assertThrows(UncheckedIOException.class, new ProcTicker(proc)::uptime);
        assertTrue(String.valueOf(failure.getMessage()).contains("uptime"));
    }

    @Test
    void anInterruptEndsASleepAndStaysSet() {
        Thread.currentThread().interrupt();
        new ThreadSleeper().sleep(Duration.ofMinutes(5));
        assertTrue(Thread.interrupted());
        assertFalse(Thread.currentThread().isInterrupted());
    }
}
