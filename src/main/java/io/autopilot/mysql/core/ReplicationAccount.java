package io.autopilot.mysql.core;

import java.util.Locale;

/**
 * As whom a server receives from a primary. Where semi-synchronous replication keeps promises, each server has an account of its own, so
 * that a primary can cut off one and leave the others alone (protocol P2).
 */
public final class ReplicationAccount {
    private ReplicationAccount() {}

    /** The own account of the server with this uuid, on every primary: the uuid's digits, which are as many as the server takes. */
    public static String userOf(String serverUuid) {
        return serverUuid.replace("-", "").toLowerCase(Locale.ROOT);
    }
}
