package io.autopilot.mysql.fake;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.BinlogFile;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.core.ServerState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A mysqld as the hooks see it: GTIDs, read-only state, replication, role lock. What it stores survives {@link #stop}; the rest doesn't. */
public final class FakeServer {
    /** The length of a name that is a server's uuid. */
    private static final int OWN_ACCOUNT = 32;

    final Address address;
    String uuid;
    private final FakeMysqlNet net;
    private final VirtualTime time;

    // Stored.
    GtidSet executed = GtidSet.EMPTY;
    /** What is in the binary log; more than is executed while commits wait. */
    GtidSet logged = GtidSet.EMPTY;
    GtidSet purged = GtidSet.EMPTY;
    GtidSet retrieved = GtidSet.EMPTY;
    /** Of that, what no applier ever comes to the end of. */
    GtidSet half = GtidSet.EMPTY;
    Optional<Address> source = Optional.empty();
    String sourceUser = "";
    /** The servers' own accounts; true: locked. */
    final Map<String, Boolean> accounts = new HashMap<>();
    Optional<String> clusterUuid = Optional.empty();
    long journalTerm;
    /** What it knows of its relay logs isn't so: they are gone, or were another server's. */
    boolean relayLogsMissing;

    String applierError = "";
    private final List<BinlogFile> binlogs = new ArrayList<>();
    Optional<Secret> controlPassword = Optional.empty();
    private long written;

    // Of this run.
    boolean up;
    boolean readOnly = true;
    boolean offline;
    boolean receiver;
    boolean applier;
    /** Changes with every end of this server, and with every end of what it receives that its source has put. */
    int runs;

    int cutOffs;
    /** Its receiver is logged in at the source, and stays so until one of them ends it. */
    boolean connected;
    final FakeSemiSync semiSync;
    @Nullable FakeMysql roleLock;
    final Set<FakeMysql> sessions = new LinkedHashSet<>();
    private Duration started = Duration.ZERO;

    // For tests.
    boolean appliesNothing;
    boolean startsOffline;
    boolean commitsFail;
    boolean receivesNothing;
    boolean hangs;
    Consumer<FakeWrite> whenAcknowledged = write -> {};
    private Runnable whenStopped = () -> {};
    Runnable whenReceiverStops = () -> {};

    FakeServer(Address address, String uuid, FakeMysqlNet net, VirtualTime time) {
        this.address = address;
        this.uuid = uuid;
        this.net = net;
        this.time = time;
        this.semiSync = new FakeSemiSync(this);
    }

    public void start() {
        up = true;
        readOnly = true;
        offline = startsOffline;
        receiver = false;
        connected = false;
        applier = false;
        roleLock = null;
        started = time.uptime();
        // What is in the binary log is committed at recovery, acknowledged or not.
        executed = executed.union(logged);
        semiSync.atStart();
        beginBinlog();
    }

    private void beginBinlog() {
        binlogs.add(new BinlogFile(String.format("binlog.%06d", binlogs.size() + 1), executed));
    }

    public List<BinlogFile> binlogs() {
        return List.copyOf(binlogs);
    }

    /** Its binary logs hold nothing of what was executed so far any more. */
    public void purgeBinlogs() {
        purged = executed;
        binlogs.clear();
        beginBinlog();
    }

    void replaceGtids(GtidSet set) {
        executed = set;
        logged = set;
        purgeBinlogs();
    }

    /** A new data directory under the same address, as a rebuild makes it. */
    public void becomes(String newUuid, GtidSet restored) {
        uuid = newUuid;
        written = 0;
        retrieved = GtidSet.EMPTY;
        source = Optional.empty();
        replaceGtids(restored);
    }

    /** A crash: what is in the binary log stays. */
    public void stop() {
        end(false);
    }

    /** As SHUTDOWN or SIGTERM does it. */
    public void stopCleanly() {
        end(true);
    }

    private void end(boolean clean) {
        semiSync.end(clean);
        up = false;
        runs++;
        connected = false;
        net.loseReplicasOf(this);
        sessions.forEach(FakeMysql::kill);
        sessions.clear();
        whenStopped.run();
    }

    /** What the wrapper does when mysqld has ended. */
    public void whenStopped(Runnable action) {
        whenStopped = action;
    }

    /** A client was told OK. */
    public void whenAcknowledged(Consumer<FakeWrite> listener) {
        whenAcknowledged = listener;
    }

    /** Before a receiver is stopped. */
    public void whenReceiverStops(Runnable action) {
        whenReceiverStops = action;
    }

    /** A client's write; false: refused, or not acknowledged yet. */
    public boolean clientWrites() {
        return clientWrite().answer() == FakeWrite.Answer.OK;
    }

    /** A client's write, which may have to wait for acknowledgements. */
    public FakeWrite clientWrite() {
        return !up || readOnly || offline ? FakeWrite.refused() : commit();
    }

    /** A transaction that got in past the autopilot. */
    public void errantWrite() {
        written++;
        GtidSet gtid = GtidSet.parse(uuid + ":" + written);
        logged = logged.union(gtid);
        executed = executed.union(gtid);
    }

    FakeWrite commit() {
        written++;
        GtidSet gtid = GtidSet.parse(uuid + ":" + written);
        logged = logged.union(gtid);
        FakeWrite write = semiSync.commit(gtid);
        net.replicate();
        return write;
    }

    public GtidSet received() {
        return executed.union(retrieved);
    }

    /** Commits stop reaching the data, though they are received. */
    public void setAppliesNothing(boolean value) {
        appliesNothing = value;
    }

    /** It dies while it receives that: the beginning is there, and counts (as on 5.6). */
    public void receivesHalfOf(GtidSet transaction) {
        retrieved = retrieved.union(transaction);
        half = transaction;
    }

    /** As when its machine is frozen: it stays connected. */
    public void setReceivesNothing(boolean value) {
        receivesNothing = value;
    }

    /** As with a full disk. */
    public void setCommitsFail(boolean value) {
        commitsFail = value;
    }

    /** It takes connections no more, though its process is there. */
    public void setHangs(boolean value) {
        hangs = value;
    }

    public GtidSet executed() {
        net.replicate();
        return executed;
    }

    /** A physical copy of a replica's data, with what that says of relay logs which aren't copied. */
    public void copyFromReplica(FakeServer donor) {
        copyFrom(donor);
        source = donor.source;
        relayLogsMissing = true;
    }

    /** As a RESET REPLICA ALL leaves it that was killed half-way. */
    public void losesRelayLogs() {
        receiver = false;
        applier = false;
        retrieved = GtidSet.EMPTY;
        relayLogsMissing = true;
    }

    /** Has in its relay logs what the other one has executed, and applied nothing of it. */
    public void receiveOnly(FakeServer from) {
        source = Optional.of(from.address);
        retrieved = from.executed;
    }

    /** No hook does this. */
    public void startReceiverAlone() {
        startReceiver();
        net.replicate();
    }

    void startReceiver() {
        if (!receiver) {
            receiver = true;
            semiSync.acknowledging = semiSync.replicaEnabled;
        }
    }

    void stopReceiver() {
        receiver = false;
        connected = false;
        semiSync.acknowledging = false;
    }

    public boolean up() {
        return up;
    }

    /** A client without special rights can log in. */
    public boolean isOpen() {
        return up && !hangs && !offline;
    }

    /** What its binary logs don't have any more, or never had. */
    public GtidSet purged() {
        return purged;
    }

    public GtidSet logged() {
        return logged;
    }

    public boolean isConnected() {
        return connected;
    }

    public boolean offline() {
        return offline;
    }

    /** As its configuration file says. */
    public void setStartsOffline(boolean value) {
        startsOffline = value;
    }

    public long journalTerm() {
        return journalTerm;
    }

    /** What is committed here can be acknowledged to a client, as things stand. */
    public boolean canAcknowledge() {
        return writable() && (!semiSync.sourceOn || net.listeners(this).size() >= semiSync.acksRequired);
    }

    /** All that it has but who is connected to it; how long it runs only as far as that is long. */
    public String described(Duration longTime) {
        return String.join(" ",
                uuid,
                "up=" + up + hangs,
                "open=" + !readOnly + !offline,
                "replicates=" + receiver + applier + connected,
                "from=" + source + sourceUser,
                "accounts=" + new TreeMap<>(accounts),
                "gtids=" + executed + " " + logged + " " + retrieved + " " + purged,
                "journal=" + journalTerm,
                "cluster=" + clusterUuid + relayLogsMissing + applierError,
                "semisync=" + semiSync.described(),
                "lock=" + (roleLock != null && roleLock.holdsOn()),
                "long=" + (up && time.uptime().minus(started).compareTo(longTime) >= 0));
    }

    public boolean writable() {
        return up && !readOnly;
    }

    public Optional<Address> source() {
        return source;
    }

    public boolean replicates() {
        return up && receiver && applier;
    }

    public String uuid() {
        return uuid;
    }

    public Address address() {
        return address;
    }

    /** A physical copy of another server's data, as a restore makes it. */
    public void copyFrom(FakeServer donor) {
        replaceGtids(donor.executed());
        accounts.putAll(donor.accounts);
        clusterUuid = donor.clusterUuid;
        journalTerm = donor.journalTerm;
        controlPassword = donor.controlPassword;
    }

    /** Receives and applies what its source has, as far as its threads run and the source lets it. */
    void pull() {
        receive().ifPresent(Acknowledgement::arrive);
    }

    /** On its way to the source: everything up to that has been received and synced. */
    public record Acknowledgement(FakeServer replica, FakeServer source, GtidSet received, int run, int cutOff) {
        /** Counts unless the source has ended the connection, by a restart or by a cut. */
        public void arrive() {
            if (counts()) {
                source.semiSync.acknowledged(replica, received);
            }
        }

        public boolean counts() {
            return source.up && source.runs == run && replica.cutOffs == cutOff;
        }
    }

    /** Receives what its source has, as far as its receiver runs and the source lets it; what it says to that. */
    public Optional<Acknowledgement> receive() {
        if (!up || !receiver || source.isEmpty()) {
            return Optional.empty();
        }
        Optional<FakeServer> from = net.at(source.get()).filter(s -> s.up && net.connected(this, s));
        connected = from.filter(s -> connected || s.admits(sourceUser)).isPresent();
        return connected && !receivesNothing ? from.flatMap(this::receive) : Optional.empty();
    }

    private Optional<Acknowledgement> receive(FakeServer from) {
        GtidSet fresh = from.logged.minus(received());
        retrieved = retrieved.union(fresh);
        if (applier && !appliesNothing && from.executed.contains(retrieved)) {
            journalTerm = Math.max(journalTerm, from.journalTerm);
        }
        return semiSync.acknowledging
                ? Optional.of(new Acknowledgement(this, from, fresh, from.runs, cutOffs))
                : Optional.empty();
    }

    /** Those commits go on for which the acknowledgements have come. */
    public void settle() {
        semiSync.settle();
    }

    /** Whether that user may log in; those that aren't a server's own are never locked. */
    private boolean admits(String user) {
        return user.length() == OWN_ACCOUNT ? !accounts.getOrDefault(user, true) : !offline;
    }

    public void apply() {
        if (!up || !applier || appliesNothing) {
            return;
        }
        GtidSet whole = retrieved.minus(half);
        logged = logged.union(whole);
        if (!semiSync.sourceOn || net.listeners(this).size() >= semiSync.acksRequired) {
            executed = executed.union(whole);
        }
    }

    ServerState state() {
        return new ServerState(
                MysqlVersion.parse("9.7.4"),
                uuid,
                readOnly,
                readOnly,
                offline,
                executed,
                purged,
                source.map(this::replication),
                Optional.of(new SemiSync(
                        semiSync.sourceOn,
                        semiSync.acksRequired,
                        net.listeners(this).size(),
                        semiSync.waiting(),
                        semiSync.replicaEnabled,
                        semiSync.acknowledging)),
                time.uptime().minus(started),
                clusterUuid,
                journalTerm);
    }

    private ReplicationState replication(Address from) {
        Receiver state = !receiver ? Receiver.OFF : connected ? Receiver.ON : Receiver.CONNECTING;
        boolean locked = net.at(from).filter(s -> s.up && net.connected(this, s) && !s.admits(sourceUser)).isPresent();
        String error = connected ? "" : locked ? "3118 account is locked" : "2003 no connection";
        return new ReplicationState(from, sourceUser, state, applier, true, retrieved, Optional.of(Duration.ZERO), error, applierError);
    }
}
