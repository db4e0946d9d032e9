package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.core.ClusterStatus.NodeStatus;
import io.autopilot.mysql.core.ClusterStatus.Role;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.Restraint;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusOutputTest {
    private static final ClusterStatus WITHOUT_CONSUL = new ClusterStatus(
            "mysql",
            Optional.empty(),
            Optional.empty(),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Restraint.NONE,
            List.of(),
            List.of(new NodeStatus(
                    "db1",
                    new Address("10.0.0.1", 3306),
                    Role.UNASSIGNED,
                    true,
                    Optional.of("9.7.4"),
                    false,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    "")),
            Optional.of(new Reason("Consul can't be reached")));

    @Test
    void troubleStandsInTheTableInPlaceOfWhatIsNotKnown() {
        String text = StatusTable.text(WITHOUT_CONSUL, Instant.EPOCH);
        assertTrue(text.startsWith("cluster   mysql\ntrouble   Consul can't be reached\n\nNODE"), text);
        assertTrue(text.lines().anyMatch(line -> line.matches("db1 +10\\.0\\.0\\.1:3306 +unassigned +run +no .*")), text);
    }

    @Test
    void troubleIsAFieldForPrograms() throws JsonProcessingException {
        JsonNode json = new JsonMapper().readTree(StatusJson.text(WITHOUT_CONSUL));
        assertEquals("Consul can't be reached", json.path("trouble").asText());
        assertTrue(json.path("primary").isNull());
        assertEquals("db1", json.path("nodes").path(0).path("name").asText());
    }
}
