package io.autopilot.mysql.adapter.mysql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.MysqlVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectTest {
    @ParameterizedTest
    @CsvSource({
        "5.6.14, SHOW SLAVE STATUS, Master_Host, Slave_IO_Running",
        "5.7.44-48, SHOW SLAVE STATUS, Master_Host, Slave_IO_Running",
        "8.0.21, SHOW SLAVE STATUS, Master_Host, Slave_IO_Running",
        "8.0.22, SHOW REPLICA STATUS, Source_Host, Replica_IO_Running",
        "8.0.33, SHOW REPLICA STATUS, Source_Host, Replica_IO_Running",
        "9.7.4, SHOW REPLICA STATUS, Source_Host, Replica_IO_Running"
    })
    void replicaStatusHasTheWordsOfTheVersion(String version, String statement, String host, String receiver) {
        Dialect dialect = dialect(version);
        assertEquals(statement, dialect.showReplicaStatus());
        assertEquals(host, dialect.statusColumn("Source_Host"));
        assertEquals(receiver, dialect.statusColumn("Replica_IO_Running"));
    }

    @ParameterizedTest
    @CsvSource({"5.6.14, RESET MASTER", "8.1.0, RESET MASTER", "8.2.0, RESET BINARY LOGS AND GTIDS", "9.7.4, RESET BINARY LOGS AND GTIDS"})
    void forgettingGtidsHasTheWordsOfTheVersion(String version, String statement) {
        assertEquals(statement, dialect(version).forgetGtids());
    }

    @ParameterizedTest
    @CsvSource({"5.6.14, slave_net_timeout", "8.0.25, slave_net_timeout", "8.0.26, replica_net_timeout", "8.4.0, replica_net_timeout"})
    void theReceiversTimeoutHasTheNameOfTheVersion(String version, String variable) {
        assertEquals("SET GLOBAL " + variable + " = 5", dialect(version).setReceiverTimeout(5));
    }

    @Test
    void thePublicKeyIsAskedForWhereThereIsOne() {
        assertFalse(dialect("5.6.14").changeSource().contains("PUBLIC_KEY"));
        assertFalse(dialect("5.7.44").changeSource().contains("PUBLIC_KEY"));
        assertTrue(dialect("8.0.21").changeSource().contains("GET_MASTER_PUBLIC_KEY = 1"));
        assertTrue(dialect("8.0.23").changeSource().contains("GET_SOURCE_PUBLIC_KEY = 1"));
    }

    @Test
    void aSourceIsChangedByTheStatementOfTheVersion() {
        assertTrue(dialect("8.0.22").changeSource().startsWith("CHANGE MASTER TO MASTER_HOST = ?, MASTER_PORT = ?"));
        assertTrue(dialect("8.0.23").changeSource().startsWith("CHANGE REPLICATION SOURCE TO SOURCE_HOST = ?, SOURCE_PORT = ?"));
        assertFalse(dialect("9.7.4").changeSource().contains("MASTER"));
    }

    @Test
    void passwordsAreSetByTheStatementOfTheVersion() {
        assertEquals("SET PASSWORD FOR ?@? = PASSWORD(?)", dialect("5.6.14").setPassword());
        assertEquals("ALTER USER ?@? IDENTIFIED BY ?", dialect("5.7.44").setPassword());
    }

    private static Dialect dialect(String version) {
        return new Dialect(MysqlVersion.parse(version));
    }
}
