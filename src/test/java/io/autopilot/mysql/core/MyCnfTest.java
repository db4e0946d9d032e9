package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MyCnfTest {
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"5.6.14", "5.7.44", "8.0.33", "8.4.5", "9.7.4"})
    void everyVersionStartsReadOnlyWithReplicationStoppedAndLosesNothingItAcknowledged(String version) {
        List<String> lines = lines(version, Optional.empty(), Optional.empty());
        for (String line : List.of(
                "read_only = ON",
                "gtid_mode = ON",
                "enforce_gtid_consistency = ON",
                "sync_binlog = 1",
                "innodb_flush_log_at_trx_commit = 1",
                "relay_log_recovery = OFF",
                "sync_relay_log = 1",
                "server_id = 168427539")) {
            assertTrue(lines.contains(line), () -> line + " is not in " + lines);
        }
        assertEquals(!version.startsWith("5.6"), lines.contains("super_read_only = ON"));
        assertTrue(lines.contains("skip_replica_start = ON") || lines.contains("skip_slave_start = ON"));
        assertTrue(lines.contains("log_replica_updates = ON") || lines.contains("log_slave_updates = ON"));
    }

    @ParameterizedTest
    @CsvSource({
        "9.7.4,;mysql_clone.so;semisync_source.so;semisync_replica.so",
        "8.0.26,;mysql_clone.so;semisync_source.so;semisync_replica.so",
        "8.0.25,;mysql_clone.so",
        "8.0.17,;mysql_clone.so",
        "8.0.16,''",
        "5.6.14,''"
    })
    void thePluginsThatAServerHasAreLoadedBesideTheSocketLogin(String version, String more) {
        List<String> lines = lines(version, Optional.empty(), Optional.empty());
        assertTrue(lines.contains("plugin_load_add = auth_socket.so" + more), lines::toString);
    }

    @Test
    void oldVersionsKeepTheirReplicationStateInTables() {
        assertTrue(lines("5.6.14", Optional.empty(), Optional.empty()).contains("relay_log_info_repository = TABLE"));
        assertFalse(lines("8.0.33", Optional.empty(), Optional.empty()).contains("relay_log_info_repository = TABLE"));
    }

    @ParameterizedTest
    @CsvSource({"512,64", "1024,256", "4096,1792", "16384,7936"})
    void theBufferPoolFollowsTheContainersLimit(long limitMib, long poolMib) {
        assertTrue(lines("9.7.4", Optional.of(limitMib * MIB), Optional.empty())
                .contains("innodb_buffer_pool_size = " + poolMib * MIB));
    }

    @Test
    void anOrderedBufferPoolWins() {
        assertTrue(lines("9.7.4", Optional.of(4096 * MIB), Optional.of(300 * MIB))
                .contains("innodb_buffer_pool_size = " + 300 * MIB));
    }

    @Test
    void aSmallContainerDoesWithoutThePerformanceSchema() {
        assertTrue(lines("9.7.4", Optional.of(512 * MIB), Optional.empty()).contains("performance_schema = OFF"));
        assertFalse(lines("9.7.4", Optional.of(2048 * MIB), Optional.empty()).contains("performance_schema = OFF"));
        assertFalse(lines("9.7.4", Optional.empty(), Optional.empty()).contains("performance_schema = OFF"));
    }

    @ParameterizedTest
    @CsvSource({"9.7.4,false", "8.0.33,false", "5.7.44,true", "5.6.14,true"})
    void binaryLogsGoAfterAMonthOnServersThatWouldKeepThemForEver(String version, boolean asked) {
        assertEquals(asked, lines(version, Optional.empty(), Optional.empty()).contains("expire_logs_days = 30"));
    }

    @Test
    void clientsFindTheSocket() {
        List<String> lines = lines("9.7.4", Optional.empty(), Optional.empty());
        assertEquals("socket = /run/mysqld/mysqld.sock", lines.get(lines.indexOf("[client]") + 1));
    }

    @ParameterizedTest
    @CsvSource({"9.7.4,true", "8.0.33,true", "5.6.14,false"})
    void transactionsUnderTheServersOwnNumberAreReplicatedWhereTheServerCan(String version, boolean can) {
        assertEquals(can, lines(version, Optional.empty(), Optional.empty()).contains("replicate_same_server_id = ON"));
    }

    @Test
    void aServerIdIsDrawnAndNeverZero() {
        RandomGenerator random = new Random(1);
        List<Long> drawn = Stream.generate(() -> ServerId.drawnBy(random).value()).limit(1000).toList();
        assertEquals(1000, Set.copyOf(drawn).size());
        assertTrue(drawn.stream().allMatch(id -> id >= 1 && id <= 4294967295L));
        assertThrows(IllegalArgumentException.class, () -> new ServerId(0));
    }

    private static List<String> lines(String version, Optional<Long> limit, Optional<Long> pool) {
        return new MyCnf(
                        MysqlVersion.parse(version),
                        Path.of("/var/lib/mysql/data"),
                        new ServerId(0x0A0A_0013L),
                        "10.10.0.19",
                        Durability.Mode.ASYNC,
                        limit,
                        pool)
                .text()
                .lines()
                .toList();
    }
}
