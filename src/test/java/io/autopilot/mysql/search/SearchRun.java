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
        Bounds bounds = Bounds.of(Integer.getInteger("w", 1), Integer.getInteger("depth", 3), Integer.getInteger("faults", 2), Integer.getInteger("parks", 1), 1);
        Search.Result result = new Search(bounds, Optional.empty()).run();
        System.out.println("search: " + result);
        assertEquals(Optional.empty(), result.violation());
    }
}
