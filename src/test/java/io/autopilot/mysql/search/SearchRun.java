package io.autopilot.mysql.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** {@code make search DEPTH=n W=n}: how far it came, and what it found. */
class SearchRun {
    @Test
    void run() {
        ((Logger) LoggerFactory.getLogger("io.autopilot")).setLevel(Level.OFF);
        World probe = new World(1, Optional.empty(), Optional.empty());
        assertEquals(Key.of(probe.described()), Key.of(probe.copy().described()));
        for (int i = 0; i < 2000; i++) {
            if (i % 500 == 0) {
                System.out.println("PROBE " + i + " " + System.nanoTime() / 1000000 + " cpu " + java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() / 1000000);
            }
            World c = probe.copy();
            c.perform(Action.of(Action.Kind.HEALTH, 0));
            Key.of(c.described());
        }
        System.out.println(Key.canonical(probe.described()));
        Bounds bounds = Bounds.of(Integer.getInteger("w", 1), Integer.getInteger("depth", 3), Integer.getInteger("faults", 2), Integer.getInteger("parks", 1), 1);
        Search.Result result = new Search(bounds, Optional.empty()).run();
        System.out.println("search: " + result);
        assertEquals(Optional.empty(), result.violation());
    }
}
