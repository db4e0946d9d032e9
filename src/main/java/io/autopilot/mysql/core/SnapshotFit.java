package io.autopilot.mysql.core;

import java.util.Optional;

/** Whether a server can start on another one's data directory: only within a series, and on 8.0 never with an older server. */
public final class SnapshotFit {
    private SnapshotFit() {}

    /**
     * Why not; empty when it can.
     *
     * @param data version of the server that the data directory belongs to
     * @param server version of the server that would start on it
     */
    public static Optional<Reason> whyNot(MysqlVersion data, MysqlVersion server) {
        if (data.major() != server.major() || data.minor() != server.minor()) {
            return Optional.of(new Reason(
                    "the snapshot is of MySQL " + data + " and this server is " + server + ": another series"));
        }
        boolean noWayBack = server.major() == 8 && server.minor() == 0;
        if (noWayBack && server.patch() < data.patch()) {
            return Optional.of(new Reason("the snapshot is of MySQL " + data + " and this server is " + server
                    + ": 8.0 does not start on data of a newer release"));
        }
        return Optional.empty();
    }
}
