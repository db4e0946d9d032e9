package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.BinlogFile;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** {@link Mysql} by SQL on one JDBC connection, for MySQL 5.6 to 9.x. Not thread-safe. */
final class JdbcMysql implements Mysql {

    /** Where a file of the binary log says what was logged before it: after the event that describes its format. */
    private static final String PREVIOUS_GTIDS = "Previous_gtids";

    private static final int FIRST_EVENTS = 3;

    private final Session session;
    private final Dialect dialect;
    private final Processes processes;
    private final RoleLock roleLock;
    private final ReplicationThreads replication;
    private final OwnTables ownTables;
    private final SemiSyncPlugins semiSync;
    private final ReplicationAccounts accounts;

    JdbcMysql(Session session, Dialect dialect, String controlUser, String service) {
        this.session = session;
        this.dialect = dialect;
        this.processes = new Processes(session, controlUser);
        this.roleLock = new RoleLock(session, processes, service);
        this.replication = new ReplicationThreads(session, dialect, processes);
        this.ownTables = new OwnTables(session, dialect);
        this.semiSync = new SemiSyncPlugins(session, dialect);
        this.accounts = new ReplicationAccounts(session, dialect, processes);
    }

    @Override
    public ServerState read() {
        String what = "read the state";
        Variables variables = variables(what);
        Optional<ReplicationState> status = ReplicaStatus.read(what, session, dialect).map(ReplicaStatus::state);
        Map<String, String> counters = semiSync.counters(what);
        long uptime = Long.parseLong(counters.getOrDefault("Uptime", "0"));
        Schema.Marks marks = Schema.read(what, session);
        return new ServerState(
                dialect.version(),
                variables.serverUuid(),
                variables.readOnly(),
                variables.superReadOnly(),
                variables.offline(),
                variables.executed(),
                variables.purged(),
                status,
                semiSync.read(what, counters),
                Duration.ofSeconds(uptime),
                marks.clusterUuid(),
                marks.journalTerm());
    }

    private record Variables(
            String serverUuid, boolean readOnly, boolean superReadOnly, boolean offline, GtidSet executed, GtidSet purged) {}

    private Variables variables(String what) {
        return session.first(
                        what,
                        "SELECT @@GLOBAL.server_uuid, @@GLOBAL.read_only, @@GLOBAL."
                                + (dialect.hasSuperReadOnly() ? "super_read_only" : "read_only")
                                + ", " + (dialect.hasOfflineMode() ? "@@GLOBAL.offline_mode" : "0")
                                + ", @@GLOBAL.gtid_executed, @@GLOBAL.gtid_purged",
                        row -> new Variables(
                                row.text(1).orElse(""),
                                row.number(2) == 1,
                                row.number(3) == 1,
                                row.number(4) == 1,
                                GtidSet.parse(row.text(5).orElse("")),
                                GtidSet.parse(row.text(6).orElse(""))))
                .orElseThrow();
    }

    @Override
    public GtidSet executed() {
        return GtidSet.parse(session.first(
                        "read gtid_executed", "SELECT @@GLOBAL.gtid_executed", row -> row.text(1).orElse(""))
                .orElse(""));
    }

    @Override
    public int listeners() {
        return semiSync.listeners();
    }

    @Override
    public List<BinlogFile> binlogs() {
        String what = "list the binary logs";
        List<BinlogFile> files = new ArrayList<>();
        for (String name : session.list(what, "SHOW BINARY LOGS", row -> row.text(1).orElse(""))) {
            files.add(new BinlogFile(name, loggedBefore(what, name)));
        }
        return files;
    }

    /** The server reads the file for us, so its format need not be known. A file that doesn't tell may hold anything. */
    private GtidSet loggedBefore(String what, String file) {
        return session
                .list(
                        what,
                        "SHOW BINLOG EVENTS IN ? LIMIT " + FIRST_EVENTS,
                        row -> row.text(3).orElse("").equals(PREVIOUS_GTIDS) ? row.text(6) : Optional.<String>empty(),
                        file)
                .stream()
                .flatMap(Optional::stream)
                .findFirst()
                .map(GtidSet::parse)
                .orElse(GtidSet.EMPTY);
    }

    @Override
    public boolean tryRoleLock(Duration wait) {
        return roleLock.tryWithin(wait);
    }

    @Override
    public boolean seizeRoleLock(Duration wait) {
        return roleLock.seizeWithin(wait);
    }

    @Override
    public void releaseRoleLock() {
        roleLock.release();
    }

    @Override
    public void stopReceiver() {
        replication.stopReceiver();
    }

    @Override
    public void stopReplication() {
        replication.stop();
    }

    @Override
    public void endReplication(GtidSet all) {
        replication.end(all.minus(executed()));
    }

    @Override
    public void startApplier() {
        replication.startApplier();
    }

    @Override
    public void startReplication() {
        replication.start();
    }

    @Override
    public void follow(Address source, String user, Secret password) {
        replication.follow(source, user, password);
    }

    @Override
    public void forgetSource() {
        replication.forgetSource();
    }

    @Override
    public boolean dropHalfReceived(Supplier<GtidSet> elsewhere) {
        return replication.dropHalfReceived(elsewhere);
    }

    @Override
    public boolean awaitApplied(GtidSet set, Duration wait) {
        String what = "wait for transactions";
        Deadline until = session.deadline().atMost(wait);
        if (set.isEmpty()) {
            return true;
        }
        if (dialect.waitsForGtids()) {
            // Zero would wait for ever.
            double seconds = Math.max(1, until.remaining().toMillis()) / 1000.0;
            return session.first(
                            what,
                            "SELECT WAIT_FOR_EXECUTED_GTID_SET(?, ?)",
                            row -> row.number(1) == 0,
                            set.toString(),
                            seconds)
                    .orElse(false);
        }
        return pollApplied(what, set, until);
    }

    private boolean pollApplied(String what, GtidSet set, Deadline until) {
        while (session.number(what, "SELECT GTID_SUBSET(?, @@GLOBAL.gtid_executed)", set.toString()) != 1) {
            if (until.expired()) {
                return false;
            }
            session.run(what, "DO SLEEP(0.01)");
        }
        return true;
    }

    @Override
    public void makeReadOnly() {
        // super_read_only brings read_only with it.
        session.run("make read-only", "SET GLOBAL " + (dialect.hasSuperReadOnly() ? "super_read_only" : "read_only") + " = ON");
    }

    @Override
    public Pending beginReadOnly() {
        CompletableFuture<Void> statement =
                CompletableFuture.runAsync(this::makeReadOnly, task -> Thread.ofPlatform().daemon().start(Cancellation.carried(task)));
        return wait -> PendingStatement.await(statement, wait);
    }

    @Override
    public int killClients() {
        return processes.killClients();
    }

    @Override
    public void killSessions() {
        processes.killSessions();
    }

    @Override
    public void setOffline(boolean offline) {
        session.run("set offline", "SET GLOBAL offline_mode = " + (offline ? "ON" : "OFF"));
    }

    @Override
    public void requireAcks(int acks) {
        semiSync.requireAcks(acks);
    }

    @Override
    public void requireNoAcks() {
        semiSync.requireNoAcks();
    }

    @Override
    public void setAcknowledging(boolean acknowledging) {
        semiSync.setAcknowledging(acknowledging);
    }

    @Override
    public void letIn(String serverUuid, Secret password) {
        accounts.letIn(serverUuid, password);
    }

    @Override
    public void cutOff(String serverUuid) {
        accounts.cutOff(Set.of(ReplicationAccount.userOf(serverUuid)));
    }

    @Override
    public void cutOffOthers(Set<String> serverUuids) {
        accounts.cutOffOthers(serverUuids);
    }

    @Override
    public void makeWritable() {
        // read_only takes super_read_only with it.
        session.run("make writable", "SET GLOBAL read_only = OFF");
    }

    @Override
    public void replaceGtids(GtidSet set) {
        String what = "replace the GTIDs";
        Variables before = variables(what);
        if (before.executed().equals(set) && before.purged().equals(set)) {
            return;
        }
        // Both are possible on a server that is read-only, and neither is binlogged.
        session.run(what, dialect.forgetGtids());
        if (!set.isEmpty()) {
            session.run(what, "SET GLOBAL gtid_purged = ?", set.toString());
        }
        Variables after = variables(what);
        if (!after.executed().equals(set) || !after.purged().equals(set)) {
            throw new MysqlException(
                    what + " on " + session.server() + ": wanted " + set + ", executed is " + after.executed() + ", purged "
                            + after.purged(),
                    false,
                    0,
                    null);
        }
    }

    @Override
    public void provision(Accounts accounts) {
        new Provisioning(session, dialect).provision(accounts);
    }

    @Override
    public String markCluster(String clusterUuid) {
        return ownTables.markCluster(clusterUuid);
    }

    @Override
    public void leaveCluster() {
        ownTables.drop();
    }

    @Override
    public void completeJournal() {
        ownTables.completeJournal();
    }

    @Override
    public void journal(TermRecord term, Optional<Duration> gap) {
        ownTables.journal(term, gap);
    }

    @Override
    public void heartbeat(long term) {
        ownTables.heartbeat(term);
    }

    @Override
    public void shutdown() {
        String what = "order a stop";
        if (dialect.hasShutdown()) {
            session.run(what, "SHUTDOWN");
        } else {
            session.commandShutdown(what);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
