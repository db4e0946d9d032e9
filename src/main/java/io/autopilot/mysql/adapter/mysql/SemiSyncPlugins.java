package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.port.MysqlException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The plugins of semi-synchronous replication, which the server loads at its start and leaves switched off. Source: MySQL Reference Manual
 * 8.0 to 9.7, "Semisynchronous Replication". Not thread-safe.
 */
final class SemiSyncPlugins {
    private static final String SOURCE = "rpl_semi_sync_source_";
    /** In milliseconds, the most the server takes: 49 days. */
    private static final long FOR_EVER = 4_294_967_295L;

    private final Session session;
    private final Dialect dialect;

    SemiSyncPlugins(Session session, Dialect dialect) {
        this.session = session;
        this.dialect = dialect;
    }

    /** The server's counters that matter here, and its uptime. */
    Map<String, String> counters(String what) {
        if (!dialect.hasLosslessPlugins()) {
            return pairs(what, "SHOW GLOBAL STATUS LIKE 'Uptime'");
        }
        return pairs(what, "SHOW GLOBAL STATUS WHERE variable_name = 'Uptime' OR variable_name LIKE 'Rpl_semi_sync_%'");
    }

    /** Empty where the plugins aren't loaded. */
    Optional<SemiSync> read(String what, Map<String, String> counters) {
        if (!counters.containsKey("Rpl_semi_sync_source_status") || !counters.containsKey("Rpl_semi_sync_replica_status")) {
            return Optional.empty();
        }
        boolean waits = isOn(counters, "Rpl_semi_sync_source_status");
        return session.first(
                what,
                "SELECT @@GLOBAL.rpl_semi_sync_source_enabled, @@GLOBAL.rpl_semi_sync_source_wait_for_replica_count,"
                        + " @@GLOBAL.rpl_semi_sync_replica_enabled",
                row -> new SemiSync(
                        row.number(1) == 1 && waits,
                        (int) row.number(2),
                        number(counters, "Rpl_semi_sync_source_clients"),
                        number(counters, "Rpl_semi_sync_source_wait_sessions"),
                        row.number(3) == 1,
                        isOn(counters, "Rpl_semi_sync_replica_status")));
    }

    int listeners() {
        String what = "count who acknowledges";
        String counter = "Rpl_semi_sync_source_clients";
        // Without the plugins there is no such counter.
        Map<String, String> counters = pairs(what, "SHOW GLOBAL STATUS LIKE '" + counter + "'");
        return counters.isEmpty() ? 0 : number(counters, counter);
    }

    void requireAcks(int acks) {
        String what = "require " + acks + " acknowledgements";
        session.run(
                what,
                "SET GLOBAL " + SOURCE + "timeout = " + FOR_EVER + ", GLOBAL " + SOURCE + "wait_point = AFTER_SYNC, GLOBAL "
                        + SOURCE + "wait_no_replica = ON, GLOBAL " + SOURCE + "wait_for_replica_count = " + acks);
        session.run(what, "SET GLOBAL " + SOURCE + "enabled = ON");
        // A switch that was asked for isn't one that is thrown.
        boolean on = read(what, counters(what))
                .filter(s -> s.sourceOn() && s.acksRequired() == acks)
                .isPresent();
        if (!on) {
            throw new MysqlException(what + " on " + session.server() + ": the server doesn't wait for them", false, 0, null);
        }
    }

    void requireNoAcks() {
        session.run("require no acknowledgements", "SET GLOBAL " + SOURCE + "enabled = OFF");
    }

    void setAcknowledging(boolean acknowledging) {
        String what = acknowledging ? "start to acknowledge" : "stop acknowledging";
        session.run(what, "SET GLOBAL rpl_semi_sync_replica_enabled = " + (acknowledging ? "ON" : "OFF"));
        boolean receives = ReplicaStatus.read(what, session, dialect)
                .filter(status -> status.state().receiver() != ReplicationState.Receiver.OFF)
                .isPresent();
        if (receives) {
            session.run(what, dialect.stopReceiver());
            session.run(what, dialect.startReceiver());
        }
    }

    private Map<String, String> pairs(String what, String sql) {
        record Pair(String name, String value) {}
        return session.list(what, sql, row -> new Pair(row.text(1).orElse(""), row.text(2).orElse(""))).stream()
                .collect(Collectors.toMap(Pair::name, Pair::value));
    }

    private static boolean isOn(Map<String, String> counters, String name) {
        return counters.getOrDefault(name, "").equalsIgnoreCase("ON");
    }

    private static int number(Map<String, String> counters, String name) {
        return Integer.parseInt(counters.getOrDefault(name, "0"));
    }
}
