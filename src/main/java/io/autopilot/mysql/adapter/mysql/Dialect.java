package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.core.MysqlVersion;

/**
 * The statements that changed between the versions, 5.6 to 9.x. Immutable.
 *
 * <p>Source: MySQL Reference Manuals 5.6 to 9.7, "SQL Statements for Controlling Replication" and the release notes of 5.7.6, 8.0.22,
 * 8.0.23, 8.0.26 and 8.2.
 */
record Dialect(MysqlVersion version) {
    /** Attempts, one a second: 31 years. Zero would mean the same, but not on every version. */
    private static final int FOR_EVER = 1_000_000_000;

    boolean hasSuperReadOnly() {
        return version.isAtLeast(5, 7, 8);
    }

    boolean hasOfflineMode() {
        return version.isAtLeast(5, 7, 5);
    }

    /** Whether the plugins of semi-synchronous replication have the names and the waits of lossless mode. */
    boolean hasLosslessPlugins() {
        return version.canBeLossless();
    }

    /** Whether CREATE USER IF NOT EXISTS and ALTER USER know passwords and locks. */
    boolean hasAlterUser() {
        return version.isAtLeast(5, 7, 8);
    }

    /** Whether WAIT_FOR_EXECUTED_GTID_SET exists and takes fractions of a second (5.7's takes whole ones only). */
    boolean waitsForGtids() {
        return version.isAtLeast(8, 0, 0);
    }

    boolean hasShutdown() {
        return version.isAtLeast(5, 7, 9);
    }

    /** Whether a transaction at the end of the relay logs counts as received of which only the beginning is there. */
    boolean countsHalfTransactions() {
        return !version.isAtLeast(5, 7, 0);
    }

    /** Whether an applier that has begun with a transaction waits for the rest of it when it is stopped; without workers it rolls back. */
    boolean applierWaitsForHalfTransactions() {
        return version.isAtLeast(8, 0, 0);
    }

    /** All statements but CHANGE got the new word at once. */
    private boolean saysReplica() {
        return version.isAtLeast(8, 0, 22);
    }

    private boolean changesSource() {
        return version.isAtLeast(8, 0, 23);
    }

    private String replica() {
        return saysReplica() ? "REPLICA" : "SLAVE";
    }

    String showReplicaStatus() {
        return "SHOW " + replica() + " STATUS";
    }

    /** The name of a column of the replica status, given its newest one, such as {@code Replica_IO_Running}. */
    String statusColumn(String newest) {
        return saysReplica() ? newest : newest.replace("Source", "Master").replace("Replica", "Slave");
    }

    String stopReceiver() {
        return "STOP " + replica() + " IO_THREAD";
    }

    String startReceiver() {
        return "START " + replica() + " IO_THREAD";
    }

    String stopReplication() {
        return "STOP " + replica();
    }

    /** How long {@link #stopReplication} waits for the threads to end before it is an error; at least 2. */
    String setStopTimeout(int seconds) {
        return "SET GLOBAL rpl_stop_" + (version.isAtLeast(8, 0, 26) ? "replica" : "slave") + "_timeout = " + seconds;
    }

    String startApplier() {
        return "START " + replica() + " SQL_THREAD";
    }

    String startReplication() {
        return "START " + replica();
    }

    String forgetRelayLogs() {
        return "RESET " + replica();
    }

    String forgetSource() {
        return "RESET " + replica() + " ALL";
    }

    String forgetGtids() {
        return version.isAtLeast(8, 2, 0) ? "RESET BINARY LOGS AND GTIDS" : "RESET MASTER";
    }

    /** How long a receiver waits for a silent source, in seconds, before it connects again. */
    String setReceiverTimeout(int seconds) {
        return "SET GLOBAL " + (version.isAtLeast(8, 0, 26) ? "replica" : "slave") + "_net_timeout = " + seconds;
    }

    /**
     * Points the server at a source; parameters: host, port, user, password. It connects again every second, for as long as it takes,
     * and the source shows four times a second that it is there.
     */
    String changeSource() {
        String s = changesSource() ? "SOURCE" : "MASTER";
        return "CHANGE " + (changesSource() ? "REPLICATION SOURCE" : "MASTER") + " TO "
                + s + "_HOST = ?, " + s + "_PORT = ?, " + s + "_USER = ?, " + s + "_PASSWORD = ?, "
                + s + "_AUTO_POSITION = 1, " + s + "_CONNECT_RETRY = 1, " + s + "_RETRY_COUNT = " + FOR_EVER + ", "
                + s + "_HEARTBEAT_PERIOD = 0.25"
                // Without it a receiver can't log in by caching_sha2_password unless it uses TLS.
                + (version.isAtLeast(8, 0, 4) ? ", GET_" + s + "_PUBLIC_KEY = 1" : "");
    }

    /** For new databases, after their character set: before 8.0 its default isn't Unicode's own order. */
    String collation() {
        return version.isAtLeast(8, 0, 0) ? "" : " COLLATE utf8mb4_unicode_ci";
    }

    /** What accounts keep their password's hash in. */
    String passwordColumn() {
        return version.isAtLeast(5, 7, 6) ? "authentication_string" : "password";
    }

    /** Sets an account's password; parameters: user, host, password. */
    String setPassword() {
        return hasAlterUser() ? "ALTER USER ?@? IDENTIFIED BY ?" : "SET PASSWORD FOR ?@? = PASSWORD(?)";
    }
}
