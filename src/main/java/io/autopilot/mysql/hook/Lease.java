package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.LeaseRight;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.CheckStatus;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.ServiceSpec;
import io.autopilot.mysql.port.Consul.SessionSpec;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Consul.TxnResult;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * This node's heartbeat, session and hold on the primary key (design, The lease; protocol P7). A heartbeat proves the right to
 * write only together with a read of the key that came after it: the session may have died before.
 */
final class Lease {
    /** Tag of the node service of one that is on its way out. */
    static final String LEAVING = "leaving";

    private static final String NOTE = "the hooks of this node run";

    /** A dead node stays listed, since a cluster must not be initialised again while instances are known. */
    private static final Duration FORGET_NODE_AFTER = Duration.ofDays(3);

    private final Node node;
    private final Consul consul;
    private final LocalState state;
    private final LeaseRight right;

    Lease(Node node, Consul consul, LocalState state) {
        this.node = node;
        this.consul = consul;
        this.state = state;
        this.right = new LeaseRight(node.settings().lease(), node.margin());
    }

    /** This node is alive: passes its check, registers it when Consul doesn't know it, keeps the session. */
    void heartbeat(Deadline deadline) {
        if (!isRegisteredHere() || !consul.updateCheck(checkId(), CheckStatus.PASSING, NOTE, deadline)) {
            register(deadline);
        }
        state.session().ifPresent(session -> consul.renewSession(session, deadline));
    }

    /** A container that is started again, or whose network came back, may have another address: others would ask a stranger. */
    private boolean isRegisteredHere() {
        return state.registeredAddress().filter(node.address().toString()::equals).isPresent();
    }

    private void register(Deadline deadline) {
        register(List.of(), deadline);
    }

    /** The primary is to do without this node. */
    void announceLeaving(Deadline deadline) {
        register(List.of(LEAVING), deadline);
    }

    private void register(List<String> tags, Deadline deadline) {
        if (!isRegisteredHere()) {
            // Roles of a former life or with a former address: the next run offers this node's anew.
            consul.deregister(node.primaryServiceId(), deadline);
            consul.deregister(node.replicaServiceId(), deadline);
        }
        if (!tags.isEmpty()) {
            // A container that is killed before it has left, and starts again, has to take that back.
            state.writeRegisteredAddress(LEAVING);
        }
        Services.registerPassing(
                consul,
                new ServiceSpec(
                        node.nodeServiceId(),
                        node.settings().nodeService(),
                        node.address().host(),
                        node.address().port(),
                        tags,
                        node.settings().lease(),
                        CheckStatus.PASSING,
                        Optional.of(FORGET_NODE_AFTER)),
                NOTE,
                deadline);
        if (tags.isEmpty()) {
            state.writeRegisteredAddress(node.address().toString());
        }
    }

    /** This node leaves for good; its session ends with the check. */
    void leave(Deadline deadline) {
        state.session().ifPresent(session -> consul.destroySession(session, deadline));
        consul.deregister(node.nodeServiceId(), deadline);
    }

    /** The lease as Consul has it now, or why it can't be known. */
    LeaseView view(Deadline deadline) {
        try {
            return view(consul.get(node.leaseKey(), deadline), deadline);
        } catch (ConsulException e) {
            return new LeaseView.Unknown(new Reason(String.valueOf(e.getMessage())));
        }
    }

    LeaseView view(Optional<KvEntry> entry, Deadline deadline) {
        Optional<PrimaryRecord> record = entry.map(e -> ClusterRecords.readPrimary(e.key(), e.value()));
        Optional<String> holder = entry.flatMap(KvEntry::session);
        if (holder.isEmpty() || record.isEmpty()) {
            return new LeaseView.Free(record);
        }
        if (holder.equals(state.session())) {
            return new LeaseView.Mine(record.get());
        }
        if (record.get().node().equals(node.name())) {
            // Held by a former life of this container, whose run directory is gone; nobody else renews it.
            consul.destroySession(holder.get(), deadline);
            return new LeaseView.Free(record);
        }
        return new LeaseView.Other(record.get());
    }

    /**
     * A live session of this node, made when there is none.
     *
     * @param mode of the terms that it is for: in lossless mode the end of a session gives nobody the right to write, so nobody has to wait
     */
    String session(Durability.Mode mode, Deadline deadline) {
        Optional<String> known = state.session().filter(id -> consul.renewSession(id, deadline));
        if (known.isPresent()) {
            return known.get();
        }
        if (!consul.updateCheck(checkId(), CheckStatus.PASSING, "the hooks of this node run", deadline)) {
            register(deadline);
        }
        String made = consul.createSession(
                new SessionSpec(
                        node.settings().session().name(),
                        node.settings().session().ttl(),
                        mode == Durability.Mode.LOSSLESS ? Duration.ZERO : node.settings().lease(),
                        Optional.of(checkId()),
                        consul.agentIsLocal()),
                deadline);
        state.writeSession(made);
        return made;
    }

    /** Whether the right to write of the last proof still holds. */
    boolean mayWrite(Duration now) {
        return right.holds(state.lastHeartbeat(), now);
    }

    /** How long it still holds; zero or less: it doesn't. */
    Duration mayWriteFor(Duration now) {
        return right.endsAt(state.lastHeartbeat()).map(end -> end.minus(now)).orElse(Duration.ZERO);
    }

    /**
     * Extends the right to write of this run of mysqld, by a proof that began then: in asynchronous mode a heartbeat, a lease that was this node's
     * afterwards, a server that was seen well; the wrapper kills mysqld at the end of the right, should no hook have fenced it. In lossless mode
     * that a commit is acknowledged, or is about to be: none is that a successor lacks.
     */
    void extendRight(Duration proofBegan, MysqldStart start, Durability.Mode mode) {
        state.writeWritable(
                start, mode == Durability.Mode.LOSSLESS ? Optional.empty() : right.endsAt(Optional.of(proofBegan)));
        state.writeHeartbeat(proofBegan);
    }

    /** Makes that proof now, for a piece of work that outlasts a health interval. False: the lease is lost or can't be proved. */
    boolean tryExtendRight(Mysql writable, Ticker ticker, Deadline deadline) {
        Duration began = ticker.uptime();
        Optional<MysqldStart> start = state.mysqldStart();
        heartbeat(deadline);
        if (start.isEmpty() || !(view(deadline) instanceof LeaseView.Mine mine)) {
            return false;
        }
        writable.heartbeat(mine.record().term());
        extendRight(
                began, start.get(), state.writesUntilFenced(start.get()) ? Durability.Mode.LOSSLESS : Durability.Mode.ASYNC);
        return true;
    }

    /** Says in the key what this primary has executed, so that a loss can be measured (G3). False: the lease is lost. */
    boolean publish(PrimaryRecord record, Deadline deadline) {
        return state.session()
                .filter(session -> consul.transact(
                                List.of(new TxnOp.Lock(node.leaseKey(), ClusterRecords.write(record), session)), deadline)
                        instanceof TxnResult.Committed)
                .isPresent();
    }

    /** Leaves the key to others at once, with the record of who had it and why no longer. False: it was not held any more. */
    boolean release(PrimaryRecord record, Reason why, Deadline deadline) {
        return state.session()
                .filter(session -> consul.release(node.leaseKey(), ClusterRecords.write(record.asReleased(why)), session, deadline))
                .isPresent();
    }

    private String checkId() {
        return "service:" + node.nodeServiceId();
    }
}
