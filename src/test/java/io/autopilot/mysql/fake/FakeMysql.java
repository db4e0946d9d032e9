package io.autopilot.mysql.fake;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.BinlogFile;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A connection to a {@link FakeServer}. */
final class FakeMysql implements Mysql {
    private static final int READ_ONLY = 1290;
    private static final int NO_SOURCE = 1200;
    private static final int NO_RELAY_LOGS = 1872;
    private static final int NO_ROOM = 1026;

    private final FakeServer server;
    private final FakeMysqlNet net;
    private final Deadline deadline;
    private boolean killed;
    /** Its last commit, when nobody has acknowledged it in time. */
    private @Nullable FakeWrite unacknowledged;

    FakeMysql(FakeServer server, FakeMysqlNet net, Deadline deadline) {
        this.server = server;
        this.net = net;
        this.deadline = deadline;
        server.sessions.add(this);
    }

    void kill() {
        killed = true;
    }

    /** A killed session goes on, with its locks, for as long as its commit waits for acknowledgements. */
    private boolean hasEnded() {
        return killed && (unacknowledged == null || !server.up || !server.semiSync.isWaiting(unacknowledged));
    }

    boolean holdsOn() {
        return !hasEnded();
    }

    private boolean roleLockIsFree() {
        return server.roleLock == null || server.roleLock == this || server.roleLock.hasEnded();
    }

    private boolean broken() {
        return killed || !server.up || server.hangs;
    }

    private void arrive() {
        if (broken()) {
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
    public int listeners() {
        return read().semiSync().map(SemiSync::listeners).orElse(0);
    }

    @Override
    public List<BinlogFile> binlogs() {
        arrive();
        return server.binlogs();
    }

    @Override
    public boolean tryRoleLock(Duration wait) {
        arrive();
        net.time().await(() -> broken() || roleLockIsFree(), wait);
        arrive();
        boolean free = roleLockIsFree();
        if (free) {
            server.roleLock = this;
        }
        return free;
    }

    @Override
    public boolean seizeRoleLock(Duration wait) {
        arrive();
        if (server.roleLock != null && server.roleLock != this) {
            server.roleLock.kill();
        }
        return tryRoleLock(wait);
    }

    @Override
    public void releaseRoleLock() {
        arrive();
        if (server.roleLock == this) {
            server.roleLock = null;
        }
    }

    @Override
    public void stopReceiver() {
        arrive();
        server.whenReceiverStops.run();
        server.stopReceiver();
    }

    @Override
    public void stopReplication() {
        arrive();
        server.stopReceiver();
        server.applier = false;
    }

    @Override
    public void endReplication(GtidSet all) {
        arrive();
        if (!server.executed.contains(all)) {
            throw new IllegalStateException(server.address + " has not applied all of " + all);
        }
        stopReplication();
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
        server.startReceiver();
        server.applier = true;
        net.replicate();
    }

    private void mustHaveASource() {
        if (server.relayLogsMissing) {
            server.applierError = "13124 Replica failed to initialize applier metadata structure from the repository";
            throw new MysqlException(server.address + " looks for the relay logs of another server", false, NO_RELAY_LOGS, null);
        }
        if (server.source.isEmpty()) {
            throw new MysqlException(server.address + " has no source", false, NO_SOURCE, null);
        }
    }

    @Override
    public void follow(Address source, String user, Secret password) {
        forgetRelayLogs();
        server.source = Optional.of(source);
        server.sourceUser = user;
    }

    @Override
    public void forgetSource() {
        forgetRelayLogs();
        server.relayLogsMissing = false;
        server.applierError = "";
    }

    private void forgetRelayLogs() {
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
    public boolean dropHalfReceived(Supplier<GtidSet> elsewhere) {
        arrive();
        boolean drops = server.applier && !server.half.isEmpty() && elsewhere.get().contains(server.retrieved.minus(server.executed));
        if (drops) {
            server.applier = false;
            server.retrieved = GtidSet.EMPTY;
            server.half = GtidSet.EMPTY;
        }
        return drops;
    }

    @Override
    public boolean awaitApplied(GtidSet set, Duration wait) {
        arrive();
        boolean applied = net.time().await(
                () -> {
                    net.replicate();
                    return broken() || server.executed.contains(set);
                },
                wait);
        arrive();
        return applied;
    }

    @Override
    public void makeReadOnly() {
        if (!beginReadOnly().await(deadline.remaining())) {
            killed = true;
            throw new MysqlException("make read-only on " + server.address + ": no answer in time", false, 0, null);
        }
    }

    @Override
    public Pending beginReadOnly() {
        arrive();
        server.readOnly = true;
        return wait -> {
            arrive();
            boolean ended = net.time().await(
                    () -> {
                        net.replicate();
                        return broken() || server.semiSync.waiting() == 0;
                    },
                    wait);
            arrive();
            return ended;
        };
    }

    @Override
    public int killClients() {
        arrive();
        server.semiSync.loseClients();
        return 0;
    }

    @Override
    public void killSessions() {
        arrive();
        server.semiSync.loseClients();
        server.sessions.stream().filter(session -> session != this).forEach(FakeMysql::kill);
    }

    @Override
    public void setOffline(boolean offline) {
        arrive();
        server.offline = offline;
        if (offline) {
            server.semiSync.loseClients();
        }
    }

    @Override
    public void requireAcks(int acks) {
        arrive();
        server.semiSync.acksRequired = acks;
        server.semiSync.sourceOn = true;
        net.replicate();
    }

    @Override
    public void requireNoAcks() {
        arrive();
        server.semiSync.switchOff();
    }

    @Override
    public void setAcknowledging(boolean acknowledging) {
        arrive();
        server.semiSync.replicaEnabled = acknowledging;
        if (server.receiver) {
            server.stopReceiver();
            server.startReceiver();
        }
        net.replicate();
    }

    @Override
    public void letIn(String serverUuid, Secret password) {
        arrive();
        server.accounts.put(ReplicationAccount.userOf(serverUuid), false);
        net.replicate();
    }

    @Override
    public void cutOff(String serverUuid) {
        arrive();
        String user = ReplicationAccount.userOf(serverUuid);
        server.accounts.computeIfPresent(user, (name, locked) -> true);
        net.disconnect(server, user);
    }

    @Override
    public void cutOffOthers(Set<String> serverUuids) {
        arrive();
        Set<String> stay = serverUuids.stream().map(ReplicationAccount::userOf).collect(Collectors.toSet());
        server.accounts.replaceAll((user, locked) -> locked || !stay.contains(user));
        server.accounts.keySet().stream().filter(user -> !stay.contains(user)).forEach(user -> net.disconnect(server, user));
    }

    @Override
    public void makeWritable() {
        arrive();
        server.readOnly = false;
    }

    @Override
    public void replaceGtids(GtidSet set) {
        arrive();
        server.replaceGtids(set);
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
    public void completeJournal() {
        arrive();
    }

    @Override
    public void journal(TermRecord term, Optional<Duration> gap) {
        write();
        server.journalTerm = Math.max(server.journalTerm, term.term());
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
        if (server.commitsFail) {
            throw new MysqlException("commit on " + server.address + ": no room", false, NO_ROOM, null);
        }
        FakeWrite write = server.commit();
        net.time().await(
                () -> {
                    net.replicate();
                    return broken() || write.answer() != FakeWrite.Answer.NONE;
                },
                deadline.remaining());
        if (write.answer() != FakeWrite.Answer.OK) {
            // The session has gone; its commit goes on waiting.
            write.answer(FakeWrite.Answer.LOST);
            unacknowledged = write;
            killed = true;
            throw new MysqlException("commit on " + server.address + ": no answer in time", false, 0, null);
        }
    }

    @Override
    public void shutdown() {
        arrive();
        server.stopCleanly();
    }

    @Override
    public void close() {
        killed = true;
        server.sessions.remove(this);
        if (server.roleLock == this && hasEnded()) {
            server.roleLock = null;
        }
    }
}
