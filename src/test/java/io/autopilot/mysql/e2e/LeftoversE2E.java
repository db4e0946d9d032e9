package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A suite that was killed says nothing about the product in the next one. */
@Tag("side-by-side")
class LeftoversE2E {
    private static final Duration LATER = Duration.ofSeconds(120);

    @Test
    void aClusterIsFoundedThoughAnEarlierSuiteLeftOneOfItsName(@TempDir Path directory) throws IOException, SQLException {
        TestCluster killed = new TestCluster("autopilot-leftovers", Images.latest(), directory, Map.of());
        killed.up(1);
        killed.awaitPrimary(LATER);
        new Ledger(killed).create();
        String abandoned = killed.running().getFirst();

        try (TestCluster next = new TestCluster("autopilot-leftovers", Images.latest(), directory, Map.of())) {
            assertEquals(0, next.running().size());
            next.up(1);
            next.awaitPrimary(LATER);
            new Ledger(next).create();
            assertTrue(next.docker("ps", "-a", "-q").lines().noneMatch(id -> id.startsWith(abandoned)));
        }
    }
}
