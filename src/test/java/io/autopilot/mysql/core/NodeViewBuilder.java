package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Builds the view of node db0, read-only with transactions 1-9 of an older primary, until told otherwise. */
final class NodeViewBuilder {
    static final String UUID = "00000000-0000-0000-0000-00000000000a";
    static final Address PRIMARY = new Address("10.0.0.11", 3306);
    private static final String OWN_SERVER = "server-0";
    private static final String CLUSTER = "cluster-1";

    private boolean up = true;
    private boolean hangs;
    private boolean crashed;
    private boolean lastPrimaryPresent;
    private Optional<String> successor = Optional.empty();
    private long journalTerm = 4;
    private boolean writable;
    private Optional<String> mark = Optional.of(CLUSTER);
    private Optional<ReplicationState> replication = Optional.empty();
    private Duration uptime = Duration.ofHours(1);
    private LeaseView lease = new LeaseView.Free(Optional.empty());
    private Optional<Durability.Intent> intent = Optional.empty();
    private Optional<Durability> durability = Optional.empty();
    private Durability.Mode ownMode = Durability.Mode.ASYNC;
    private boolean untilFenced;
    private Optional<SemiSync> semiSync = Optional.empty();
    private long term = 4;
    private Optional<GtidSet> primaryExecuted = Optional.empty();
    private Optional<GtidSet> primaryPurged = Optional.empty();
    private Optional<Links> links = Optional.empty();
    private String executed = "1-9";
    private boolean mayWrite = true;
    private boolean acknowledged = true;
    private boolean warm;
    private boolean mustJoin;
    private String user = "repluser";
    private boolean handedOver;
    private Restraint restraint = Restraint.NONE;
    private final Set<String> replicas = new HashSet<>();

    NodeView build() {
        ServerState state = new ServerState(
                MysqlVersion.parse("9.7.4"),
                OWN_SERVER,
                !writable,
                !writable,
                false,
                set(executed),
                GtidSet.EMPTY,
                replication,
                semiSync,
                uptime,
                mark,
                journalTerm);
        return new NodeView(
                "db0",
                up ? Optional.of(state) : Optional.empty(),
                up || hangs,
                crashed,
                lease,
                Optional.of(CLUSTER),
                durability,
                ownMode,
                untilFenced,
                intent,
                term,
                primaryExecuted,
                primaryPurged,
                links,
                mayWrite,
                acknowledged,
                warm,
                mustJoin,
                Duration.ofSeconds(20),
                Duration.ofSeconds(60),
                lastPrimaryPresent,
                successor,
                replicas,
                handedOver,
                restraint);
    }

    NodeViewBuilder writable() {
        writable = true;
        return this;
    }

    /** Commits on this server wait for acknowledgements. */
    NodeViewBuilder isSource() {
        semiSync = Optional.of(new SemiSync(true, 1, 0, 0, true, true));
        return this;
    }

    NodeViewBuilder mysqldIsDown() {
        up = false;
        return this;
    }

    NodeViewBuilder mysqldHangs() {
        up = false;
        hangs = true;
        return this;
    }

    NodeViewBuilder crashedWhileWritable() {
        crashed = true;
        return this;
    }

    NodeViewBuilder lastPrimaryIsPresent() {
        lastPrimaryPresent = true;
        return this;
    }

    NodeViewBuilder handedOverTo(String node) {
        successor = Optional.of(node);
        return this;
    }

    /** The node itself, by the record of the last primary. */
    NodeViewBuilder isTheNamedSuccessor() {
        Durability.Entry entry = new Durability.Entry(4, "server-1", Set.of(), 0);
        durability = Optional.of(Durability.beginning(Durability.Mode.LOSSLESS, entry, Optional.empty())
                .withHandOver(Optional.of(new Durability.HandOver(5, "db1", "db0", Optional.empty()))));
        return afterAHandOver();
    }

    /** A member of the ack set of the primary's term, by its own account. */
    NodeViewBuilder acknowledges() {
        durability = Optional.of(Durability.beginning(
                Durability.Mode.LOSSLESS, new Durability.Entry(4, "server-1", Set.of(OWN_SERVER), 1), Optional.empty()));
        user = ReplicationAccount.userOf(OWN_SERVER);
        return replication.map(r -> applierError(r.applierError())).orElse(this);
    }

    NodeViewBuilder afterAHandOver() {
        handedOver = true;
        return this;
    }

    NodeViewBuilder allHaveLostThePrimary() {
        links = Optional.of(new Links(false, Set.of(), Set.of("db2")));
        return this;
    }

    NodeViewBuilder paused() {
        restraint = new Restraint(Optional.of(new Reason("paused")), Optional.empty(), Optional.empty());
        return this;
    }

    NodeViewBuilder failoverHeldBack() {
        restraint = new Restraint(Optional.empty(), Optional.of(new Reason("held back")), Optional.empty());
        return this;
    }

    NodeViewBuilder inMaintenance() {
        restraint = new Restraint(Optional.empty(), Optional.empty(), Optional.of(new Reason("db0 is in maintenance")));
        return this;
    }

    NodeViewBuilder neverHadAPrimary() {
        journalTerm = 0;
        return this;
    }

    NodeViewBuilder restoredAndNeverJoined() {
        mustJoin = true;
        return this;
    }

    NodeViewBuilder foreignData() {
        mark = Optional.of("cluster-2");
        return this;
    }

    NodeViewBuilder withoutClusterMark() {
        mark = Optional.empty();
        return this;
    }

    NodeViewBuilder holdsTheLease() {
        lease = new LeaseView.Mine(record("db0", OWN_SERVER, false));
        return this;
    }

    NodeViewBuilder isTakingTheLease() {
        lease = new LeaseView.Mine(
                new PrimaryRecord("db0", PRIMARY, 4, OWN_SERVER, PrimaryRecord.State.ESTABLISHING, Instant.EPOCH, Optional.empty()));
        return this;
    }

    NodeViewBuilder leaseTakenForAnotherServer() {
        lease = new LeaseView.Mine(record("db0", "server-before", false));
        return this;
    }

    NodeViewBuilder otherHoldsTheLease() {
        lease = new LeaseView.Other(record("db1", "server-1", false));
        return this;
    }

    NodeViewBuilder primaryIsTheServerThatWrote() {
        lease = new LeaseView.Other(record("db1", UUID, false));
        return this;
    }

    NodeViewBuilder leaseIsFree(boolean released) {
        lease = new LeaseView.Free(Optional.of(record("db1", "server-1", released)));
        return this;
    }

    NodeViewBuilder leaseIsFreeAfterSelf(boolean released) {
        lease = new LeaseView.Free(Optional.of(record("db0", OWN_SERVER, released)));
        return this;
    }

    NodeViewBuilder noPrimaryEver() {
        lease = new LeaseView.Free(Optional.empty());
        return knownTerm(0);
    }

    NodeViewBuilder consulIsAway() {
        lease = new LeaseView.Unknown(new Reason("Consul doesn't answer"));
        return this;
    }

    NodeViewBuilder takeOverByOther() {
        intent = Optional.of(new Durability.Intent(5, "db3", "session-3"));
        return this;
    }

    NodeViewBuilder knownTerm(long value) {
        term = value;
        return this;
    }

    NodeViewBuilder rightToWriteHasEnded() {
        mayWrite = false;
        return this;
    }

    /** A run that was made writable in lossless mode, for longer than the lease lasts. */
    NodeViewBuilder acknowledgesNothing() {
        untilFenced = true;
        acknowledged = false;
        return this;
    }

    NodeViewBuilder warm() {
        warm = true;
        return this;
    }

    NodeViewBuilder upSeconds(int seconds) {
        uptime = Duration.ofSeconds(seconds);
        return this;
    }

    NodeViewBuilder healthyReplica(String name) {
        replicas.add(name);
        return this;
    }

    NodeViewBuilder primaryHas(String intervals) {
        primaryExecuted = Optional.of(set(intervals));
        return this;
    }

    NodeViewBuilder primaryHasPurged(String intervals) {
        primaryPurged = Optional.of(set(intervals));
        return this;
    }

    NodeViewBuilder leaseIsHeldForThisServerByAnotherNode() {
        lease = new LeaseView.Other(record("db1", OWN_SERVER, false));
        return this;
    }

    NodeViewBuilder follows(Address source) {
        return replicates(source, ReplicationState.Receiver.ON, 0, "");
    }

    NodeViewBuilder connecting() {
        return replicates(PRIMARY, ReplicationState.Receiver.CONNECTING, 0, "");
    }

    NodeViewBuilder lagsSeconds(int seconds) {
        return replicates(PRIMARY, ReplicationState.Receiver.ON, seconds, "");
    }

    /** What is in the relay log is one transaction more. */
    NodeViewBuilder hasNotAppliedTheLast() {
        executed = "1-8";
        return this;
    }

    NodeViewBuilder applierError(String error) {
        return replicates(PRIMARY, ReplicationState.Receiver.ON, 0, error);
    }

    private NodeViewBuilder replicates(Address source, ReplicationState.Receiver receiver, int lag, String error) {
        replication = Optional.of(new ReplicationState(
                source, user, receiver, error.isEmpty(), true, set("9"), Optional.of(Duration.ofSeconds(lag)), "", error));
        return this;
    }

    private PrimaryRecord record(String node, String serverUuid, boolean released) {
        PrimaryRecord record = new PrimaryRecord(
                node, PRIMARY, 4, serverUuid, PrimaryRecord.State.ESTABLISHED, Instant.EPOCH, Optional.empty());
        return released ? record.asReleased(new Reason("mysqld died")) : record;
    }

    private static GtidSet set(String intervals) {
        return GtidSet.parse(UUID + ":" + intervals);
    }
}
