package io.autopilot.mysql.fake;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Optional;

/** A connection to a {@link FakeServer}. */
final class FakeMysql implements Mysql {
    private static final int READ_ONLY = 1290;
    private static final int NO_SOURCE = 1200;

    private final FakeServer server;
    private final FakeMysqlNet net;
    private boolean killed;

    FakeMysql(FakeServer server, FakeMysqlNet net) {
        this.server = server;
        this.net = net;
    }

    private void arrive() {
        if (killed || !server.up || server.hangs) {
            throw new MysqlException("lost the connection to " + server.address, false, 2013, null);
        }
        net.replicate();
    }

    @Override
    public ServerState read() {
        arrive();
        return server.state();
    }

    @Override
    public GtidSet executed() {
        arrive();
        return server.executed;
    }

    @Override
    public boolean tryRoleLock(Duration wait) {
        arrive();
        if (server.roleLock == null || server.roleLock == this) {
            server.roleLock = this;
            return true;
        }
        net.time().sleep(wait);
        return false;
    }

    @Override
    public boolean seizeRoleLock(Duration wait) {
        arrive();
        if (server.roleLock != null && server.roleLock != this) {
            server.roleLock.killed = true;
        }
        server.roleLock = this;
        return true;
    }

    @Override
    public void stopReceiver() {
        arrive();
        server.whenReceiverStops.run();
        server.receiver = false;
    }

    @Override
    public void stopReplication() {
        arrive();
        server.receiver = false;
        server.applier = false;
    }

    @Override
    public void startApplier() {
        arrive();
        mustHaveASource();
        server.applier = true;
        net.replicate();
    }

    @Override
    public void startReplication() {
        arrive();
        mustHaveASource();
        server.receiver = true;
        server.applier = true;
        net.replicate();
    }

    private void mustHaveASource() {
        if (server.source.isEmpty()) {
            throw new MysqlException(server.address + " has no source", false, NO_SOURCE, null);
        }
    }

    @Override
    public void follow(Address source, String user, Secret password) {
        forgetSource();
        server.source = Optional.of(source);
    }

    @Override
    public void forgetSource() {
        arrive();
        if (!server.executed.contains(server.retrieved)) {
            throw new IllegalStateException("relay logs of " + server.address + " hold what is not applied");
        }
        if (server.receiver || server.applier) {
            throw new MysqlException("replication of " + server.address + " runs", false, 3021, null);
        }
        server.source = Optional.empty();
        server.retrieved = GtidSet.EMPTY;
    }

    @Override
    public boolean awaitApplied(GtidSet set, Duration wait) {
        arrive();
        if (server.executed.contains(set)) {
            return true;
        }
        net.time().sleep(wait);
        net.replicate();
        return server.executed.contains(set);
    }

    @Override
    public void makeReadOnly() {
        arrive();
        server.readOnly = true;
    }

    @Override
    public int killClients() {
        arrive();
        return 0;
    }

    @Override
    public void makeWritable() {
        arrive();
        server.readOnly = false;
    }

    @Override
    public void replaceGtids(GtidSet set) {
        arrive();
        server.executed = set;
        server.purged = set;
    }

    @Override
    public void provision(Accounts accounts) {
        arrive();
        server.controlPassword = Optional.of(accounts.controlPassword());
    }

    @Override
    public String markCluster(String clusterUuid) {
        arrive();
        server.clusterUuid = server.clusterUuid.or(() -> Optional.of(clusterUuid));
        return server.clusterUuid.orElseThrow();
    }

    @Override
    public void leaveCluster() {
        arrive();
        server.clusterUuid = Optional.empty();
        server.journalTerm = 0;
    }

    @Override
    public void journal(long term, String node, String why) {
        write();
        server.journalTerm = Math.max(server.journalTerm, term);
    }

    @Override
    public void heartbeat(long term) {
        write();
    }

    private void write() {
        arrive();
        if (server.readOnly) {
            throw new MysqlException(server.address + " is read-only", false, READ_ONLY, null);
        }
        server.commit();
    }

    @Override
    public void shutdown() {
        arrive();
        server.stop();
    }

    @Override
    public void close() {
        if (server.roleLock == this) {
            server.roleLock = null;
        }
    }
}
