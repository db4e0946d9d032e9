package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.core.TermRecord.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HistoryTextTest {
    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final TermRecord OLD = term(1, Optional.empty(), Optional.empty(), Optional.empty());
    private static final TermRecord FAILOVER =
            term(2, Optional.of(Kind.FAILOVER), Optional.of(NOON.minusSeconds(2)), Optional.empty());
    private static final TermRecord SWITCHOVER =
            term(3, Optional.of(Kind.SWITCHOVER), Optional.of(NOON.minusSeconds(2)), Optional.of(Duration.ofMillis(120)));

    @Test
    void aMeasuredGapABoundAndAnUnknownOneAreToldApart() {
        List<String> lines = HistoryText.table(List.of(SWITCHOVER, FAILOVER, OLD)).lines().toList();
        assertTrue(lines.get(0).startsWith("TERM"), lines::toString);
        assertTrue(lines.get(1).contains(" switchover ") && lines.get(1).contains(" 120 ms "), lines::toString);
        assertTrue(lines.get(2).contains(" at most 2500 ms "), lines::toString);
        assertTrue(lines.get(3).contains(" not known "), lines::toString);
    }

    @Test
    void anEmptyHistorySaysSo() {
        assertTrue(HistoryText.table(List.of()).startsWith("no node has been a primary yet"));
    }

    @Test
    void programsGetTheSame() throws JsonProcessingException {
        JsonNode json = new JsonMapper().readTree(HistoryText.json(List.of(SWITCHOVER, FAILOVER, OLD)));
        assertEquals(120, json.path(0).path("writeGapMs").asLong());
        assertTrue(json.path(0).path("writeGapMeasured").asBoolean());
        assertEquals("failover", json.path(1).path("kind").asText());
        assertEquals("db0", json.path(1).path("before").asText());
        assertTrue(json.path(2).path("writeGapMs").isNull());
    }

    private static TermRecord term(long term, Optional<Kind> kind, Optional<Instant> proved, Optional<Duration> gap) {
        return new TermRecord(
                term, "db1", "s1", Set.of(), "why", GtidSet.EMPTY, NOON, kind, kind.map(k -> "db0"), proved, Optional.empty(),
                kind.map(k -> NOON.plusMillis(500)), gap, List.of());
    }
}
