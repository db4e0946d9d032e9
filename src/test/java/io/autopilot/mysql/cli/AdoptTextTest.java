package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.AdoptView;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.ServerState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdoptTextTest {
    private static final String UUID = "00000000-0000-0000-0000-00000000000a";

    @Test
    void whatIsLackingHereIsInTheTable() {
        AdoptView found = new AdoptView(
                "db0", Optional.empty(), false, Optional.of("c1"), 0, Optional.empty(), Optional.of(server("1-9")), false,
                List.of(
                        new AdoptView.Peer("db1", true, Optional.of(server("1-12"))),
                        new AdoptView.Peer("db2", false, Optional.empty())));
        List<String> lines = AdoptText.table(found).lines().toList();
        assertEquals("NODE", lines.get(0).substring(0, 4));
        assertTrue(lines.get(1).matches("db0 +run +c1 +4 +- +" + UUID + ":1-9"), lines::toString);
        assertTrue(lines.get(2).matches("db1 +run +c1 +4 +" + UUID + ":10-12 +" + UUID + ":1-12"), lines::toString);
        assertTrue(lines.get(3).matches("db2 +silent +- +- +- +-"), lines::toString);
    }

    private static ServerState server(String intervals) {
        return new ServerState(
                MysqlVersion.parse("9.7.4"), "s", true, true, false, GtidSet.parse(UUID + ":" + intervals), GtidSet.EMPTY,
                Optional.empty(), Optional.empty(), Duration.ofHours(1), Optional.of("c1"), 4);
    }
}
