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
        quiet();
        Bounds bounds = Bounds.of(number("w", 1), number("depth", 2), number("faults", 2), number("parks", 1), number("writes", 1));
        Search.Result result = new Search(bounds, Optional.empty()).run();
        System.out.println("search: " + result);
        assertEquals(Optional.empty(), result.violation());
    }

    /** Of what is made to go wrong the hooks say a lot. */
    static void quiet() {
        ((Logger) LoggerFactory.getLogger("io.autopilot")).setLevel(Level.OFF);
    }

    private static int number(String property, int otherwise) {
        String text = System.getProperty(property, "");
        return text.isEmpty() ? otherwise : Integer.parseInt(text);
    }
}
