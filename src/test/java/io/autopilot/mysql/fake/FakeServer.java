package io.autopilot.mysql.fake;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.core.ServerState;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A mysqld as the hooks see it: GTIDs, read-only state, replication, role lock. What it stores survives {@link #stop}; the rest doesn't. */
public final class FakeServer {
    final Address address;
    final String uuid;
    private final FakeMysqlNet net;
    private final VirtualTime time;

    // Stored.
    GtidSet executed = GtidSet.EMPTY;
    GtidSet purged = GtidSet.EMPTY;
    GtidSet retrieved = GtidSet.EMPTY;
    Optional<Address> source = Optional.empty();
    Optional<String> clusterUuid = Optional.empty();
    long journalTerm;
    Optional<Secret> controlPassword = Optional.empty();
    private long written;

    // Of this run.
    boolean up;
    boolean readOnly = true;
    boolean receiver;
    boolean applier;
    @Nullable FakeMysql roleLock;
    private Duration started = Duration.ZERO;

    // For tests.
    boolean appliesNothing;
    boolean hangs;
    private Runnable whenStopped = () -> {};
    Runnable whenReceiverStops = () -> {};

    FakeServer(Address address, String uuid, FakeMysqlNet net, VirtualTime time) {
        this.address = address;
        this.uuid = uuid;
        this.net = net;
        this.time = time;
    }

    public void start() {
        up = true;
        readOnly = true;
        receiver = false;
        applier = false;
        roleLock = null;
        started = time.uptime();
    }

    /** As after a crash or a clean stop: committed data stays. */
    public void stop() {
        up = false;
        whenStopped.run();
    }

    /** What the wrapper does when mysqld has ended. */
    public void whenStopped(Runnable action) {
        whenStopped = action;
    }

    /** Before a receiver is stopped. */
    public void whenReceiverStops(Runnable action) {
        whenReceiverStops = action;
    }

    /** A client's write; false: refused. */
    public boolean clientWrites() {
        if (!up || readOnly) {
            return false;
        }
        commit();
        return true;
    }

    /** A transaction that got in past the autopilot. */
    public void errantWrite() {
        commit();
    }

    void commit() {
        written++;
        executed = executed.union(GtidSet.parse(uuid + ":" + written));
    }

    /** Commits stop reaching the data, though they are received. */
    public void setAppliesNothing(boolean value) {
        appliesNothing = value;
    }

    /** It takes connections no more, though its process is there. */
    public void setHangs(boolean value) {
        hangs = value;
    }

    public GtidSet executed() {
        net.replicate();
        return executed;
    }

    /** No hook does this. */
    public void startReceiverAlone() {
        receiver = true;
        net.replicate();
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
        executed = donor.executed();
        purged = executed;
        clusterUuid = donor.clusterUuid;
        journalTerm = donor.journalTerm;
        controlPassword = donor.controlPassword;
    }

    /** Receives and applies what its source has, as far as its threads run. */
    void pull() {
        if (!up || !receiver || source.isEmpty()) {
            return;
        }
        net.at(source.get()).filter(s -> s.up && net.connected(this, s)).ifPresent(s -> {
            retrieved = retrieved.union(s.executed.minus(executed.union(retrieved)));
            if (applier && !appliesNothing && s.executed.contains(retrieved)) {
                journalTerm = Math.max(journalTerm, s.journalTerm);
            }
        });
    }

    void apply() {
        if (up && applier && !appliesNothing) {
            executed = executed.union(retrieved);
        }
    }

    ServerState state() {
        return new ServerState(
                MysqlVersion.parse("9.7.4"),
                uuid,
                readOnly,
                readOnly,
                executed,
                purged,
                source.map(this::replication),
                time.uptime().minus(started),
                clusterUuid,
                journalTerm);
    }

    private ReplicationState replication(Address from) {
        boolean connected =
                net.at(from).filter(s -> s.up && net.connected(this, s)).isPresent();
        Receiver state = !receiver ? Receiver.OFF : connected ? Receiver.ON : Receiver.CONNECTING;
        return new ReplicationState(
                from, state, applier, true, retrieved, Optional.of(Duration.ZERO), connected ? "" : "2003 no connection", "");
    }
}
