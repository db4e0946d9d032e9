package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.config.SettingsReader;
import io.autopilot.mysql.port.ConsulException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThisNodeTest {
    @TempDir
    private Path run;

    @Test
    void theAddressOfTheStartIsStillKnownWhenConsulsNameIsGone() {
        ThisNode.remember(settings("NODE_ADDRESS", "10.1.2.3"), run);
        assertEquals("10.1.2.3", ThisNode.address(settings("CONSUL", "consul.invalid"), run).getHostAddress());
    }

    @Test
    void eachStartDeterminesItAnew() {
        ThisNode.remember(settings("NODE_ADDRESS", "10.1.2.3"), run);
        ThisNode.remember(settings("NODE_ADDRESS", "10.1.2.4"), run);
        assertEquals("10.1.2.4", ThisNode.address(settings("CONSUL", "consul.invalid"), run).getHostAddress());
    }

    @Test
    void anAddressThatThisMachineHasNoMoreIsDeterminedAnew() {
        ThisNode.remember(settings("NODE_ADDRESS", "10.1.2.3"), run);
        String now = ThisNode.address(settings("CONSUL", "127.0.0.1"), run).getHostAddress();
        assertNotEquals("10.1.2.3", now);
        assertEquals(now, ThisNode.address(settings("CONSUL", "consul.invalid"), run).getHostAddress());
    }

    @Test
    void aConsulWithoutAnAddressIsSaidByName() {
        ConsulException failed = assertThrows(ConsulException.class, () -> ThisNode.remember(settings("CONSUL", "consul.invalid"), run));
        assertEquals("the host of Consul, consul.invalid, has no address that can be found", failed.getMessage());
    }

    private static Settings settings(String name, String value) {
        return switch (SettingsReader.read(Map.of("MYSQL_REPL_PASSWORD", "secret", name, value), Optional.empty())) {
            case SettingsReader.Result.Valid valid -> valid.settings();
            case SettingsReader.Result.Invalid invalid -> throw new IllegalStateException(invalid.toString());
        };
    }
}
