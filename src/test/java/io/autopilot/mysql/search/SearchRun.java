package io.autopilot.mysql.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** {@code make search THEME=name DEPTH=n W=n}: how far it came, and what it found; without a theme all of them. */
class SearchRun {
    @Test
    void run() {
        quiet();
        String theme = System.getProperty("theme", "");
        List<Theme> themes = theme.isEmpty() ? List.of(Theme.values()) : List.of(Theme.valueOf(theme));
        List<Search.Violation> found = new ArrayList<>();
        for (Theme each : themes) {
            Bounds usual = each.bounds(number("w", 1));
            Bounds bounds = usual.with(
                    number("depth", usual.depth()), number("faults", usual.faults()), number("parks", usual.parks()),
                    number("writes", usual.writes()));
            Search.Result result = new Search(bounds, Optional.empty(), line -> System.out.println("search: " + each + ", " + line)).run();
            System.out.println("search: " + each + ", " + result);
            result.violation().ifPresent(violation -> {
                found.add(violation);
                Search.told(bounds, Optional.empty(), violation.actions()).forEach(System.out::println);
            });
        }
        assertEquals(List.of(), found);
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
