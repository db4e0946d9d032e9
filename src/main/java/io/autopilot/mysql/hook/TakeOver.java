package io.autopilot.mysql.hook;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.ClusterConfig;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Divergence;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Election;
import io.autopilot.mysql.core.ElectionDecision;
import io.autopilot.mysql.core.ElectionView;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.HealthDecision;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.Lineage;
import io.autopilot.mysql.core.NodeView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.Verdict;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.hook.PeerServers.Peer;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Consul.TxnResult;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A replica makes itself the primary (protocol P4): announce, revoke, elect, take the lease in one transaction, become writable, repoint.
 * In asynchronous mode the lease has to be free before; in lossless mode the revocation has to beat what is promised. A run that ends
 * half-way leaves its announcement; the next one goes on with it.
 */
final class TakeOver {
    private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration ROLE_LOCK = Duration.ofMillis(500);

    private final Node node;
    private final Ports ports;
    private final Fence fence;
    private final Lease lease;
    private final Promotion promotion;
    private final Announcer announcer;
    private final Salvage salvage;
    private final Electorate electorate;
    /** Said once by one run, however often it tries. */
    private Optional<Reason> tried = Optional.empty();

    private Optional<Reason> stopped = Optional.empty();

    TakeOver(Node node, Ports ports, Fence fence, Lease lease, ClusterKeys keys, Promotion promotion) {
        this.node = node;
        this.ports = ports;
        this.fence = fence;
        this.lease = lease;
        this.promotion = promotion;
        this.announcer = new Announcer(node, ports, lease, keys);
        this.salvage = new Salvage(node, ports);
        this.electorate = new Electorate(node, ports, keys);
    }

    /**
     * Empty: this node is the primary. Else why it isn't.
     *
     * @param decision by now there may be another primary
     * @param view what was decided on
     * @param config what operators have said, as it was then
     */
    Optional<Reason> run(HealthDecision.TakeOver decision, NodeView view, Indexed<ClusterConfig> config, Deadline deadline) {
        Reason why = decision.reason();
        String session = lease.session(view.ownMode(), deadline);
        return switch (announcer.announce(decision, session, config, deadline)) {
            case Announcement.Refused refused -> Optional.of(refused.reason());
            case Announcement.Made made -> {
                if (!tried.equals(Optional.of(why))) {
                    LOG.info("event=take-over term={} reason=\"{}\"", made.term(), why);
                    tried = Optional.of(why);
                }
                Optional<Reason> waits = fence.endPrimaryship(deadline);
                yield waits.isPresent() ? waits : revokeAndElect(made, session, silent(view), deadline);
            }
        };
    }

    /** The primary that this was decided against because nobody reaches it. */
    private static Optional<Address> silent(NodeView view) {
        return view.lease() instanceof LeaseView.Other other ? Optional.of(other.record().address()) : Optional.empty();
    }

    private Optional<Reason> revokeAndElect(
            Announcement.Made announced, String session, Optional<Address> silent, Deadline deadline) {
        try (PeerServers peers = PeerServers.revoke(node, ports, silent, deadline);
                Mysql local = ports.servers().connectLocal(deadline)) {
            if (!local.seizeRoleLock(ROLE_LOCK)) {
                return Optional.of(new Reason("another hand holds this server's role lock"));
            }
            local.stopReceiver();
            Optional<Reason> unbeaten = Revocation.of(announced.durability().value(), local.read(), peers.all()).whyNot();
            Optional<ClusterConfig.Order> order =
                    announced.config().value().ordersWithoutQuorum(announced.last().term());
            if (unbeaten.isPresent() && order.isPresent()) {
                LOG.error("event=forced term={} by={} reason=\"{}\"", announced.term(), order.get().by(), unbeaten.get());
            } else if (unbeaten.isPresent()) {
                if (!stopped.equals(unbeaten)) {
                    LOG.error("event=no-quorum term={} reason=\"{}\"", announced.term(), unbeaten.get());
                    stopped = unbeaten;
                }
                announcer.withdraw(announced, deadline);
                electorate.stopped(announced, unbeaten.get(), local.read(), peers, deadline);
                return unbeaten;
            }
            return elect(announced, local, peers, session, deadline);
        }
    }

    private Optional<Reason> elect(Announcement.Made announced, Mysql local, PeerServers peers, String session, Deadline deadline) {
        ServerState mine = local.read();
        GtidSet disowned = electorate.disowned(announced.last(), mine, deadline);
        if (!mine.received().intersect(disowned).isEmpty()) {
            announcer.withdraw(announced, deadline);
            return Optional.of(new Reason("this node has " + mine.received().intersect(disowned) + ", which the history went on without: it can't"
                    + " be primary while another node may; the keys below " + node.evidencePrefix() + " say so"));
        }
        Optional<Reason> waits = salvage.await(
                announced.term(),
                announced.last(),
                electorate.candidates(announced, mine, peers, disowned),
                fallen -> peers.include(node, fallen, ports, deadline),
                deadline);
        if (waits.isPresent()) {
            return waits;
        }
        ElectionView view = electorate.view(announced, mine, peers, disowned, deadline);
        return switch (Election.decide(view)) {
            case ElectionDecision.Promote promote ->
                promote(announced, promote, view, local, peers, session, deadline);
            case ElectionDecision.FetchFrom fetch -> {
                LOG.info("event=fetch from={} missing={} reason=\"{}\"", fetch.node(), fetch.missing(), fetch.reason());
                Optional<Reason> failed = fetch(fetch, local, peers, deadline);
                yield failed.isPresent() ? failed : elect(announced, local, peers, session, deadline);
            }
            case ElectionDecision.Yield yielded -> {
                announcer.withdraw(announced, deadline);
                yield Optional.of(new Reason("yields to " + yielded.to() + ": " + yielded.reason()));
            }
            case ElectionDecision.Stop stop -> {
                announcer.withdraw(announced, deadline);
                LOG.error("event=election-stopped reason=\"{}\"", stop.reason());
                electorate.stopped(announced.term(), stop.reason(), view, deadline);
                yield Optional.of(stop.reason());
            }
        };
    }

    private Optional<Reason> promote(
            Announcement.Made announced,
            ElectionDecision.Promote decision,
            ElectionView view,
            Mysql local,
            PeerServers peers,
            String session,
            Deadline deadline) {
        startApplier(local);
        if (!local.awaitApplied(decision.mustHold(), deadline.remaining())) {
            return Optional.of(new Reason("still applies what it has received"));
        }
        ServerState mysqld = local.read();
        GtidSet lost = announced.last().executed().map(had -> had.minus(mysqld.received())).orElse(GtidSet.EMPTY);
        List<Peer> members = members(announced, mysqld, peers, view.lineage());
        Durability.Entry entry = promotion.entry(announced.term(), mysqld, members.stream().map(Peer::state).toList());
        Reason why = new Reason(announced.why() + "; " + decision.reason());
        List<Verdict> election = electorate.verdicts(view);
        Optional<Reason> refused = takeLease(announced, entry, mysqld, announced.succession(lost, election), why, session, deadline);
        if (refused.isPresent()) {
            return refused;
        }
        if (!lost.isEmpty()) {
            LOG.error("event=lost transactions=\"{}\" reason=\"{} had executed them, and no reachable node has received them\"",
                    lost, announced.last().node());
        }
        LOG.info("event=lease term={} reason=\"{}\"", announced.term(), decision.reason());
        boolean lossless = promotion.modeOf(mysqld) == Durability.Mode.LOSSLESS;
        // The first commit waits for them in lossless mode; the others come by themselves then.
        Set<String> asked = lossless ? entry.ackSet() : Set.of();
        Once letIn = new Once(() -> asked.forEach(uuid -> local.letIn(uuid, replication().password())));
        Repointing repointing = new Repointing(node, mysqld, lossless, Optional.empty(), letIn);
        CompletableFuture<Void> repointed =
                peers.start(lossless ? members : peers.all(), peer -> repointing.point(peer.node(), peer.server()));
        letIn.run();
        Optional<Reason> readOnly = promotion.becomeWritable(
                local, announced.term(), why, new Acks.Admission(asked, false), deadline);
        Tasks.join(repointed);
        return readOnly;
    }

    /** Of the old members those that were stopped and have nothing of their own (protocol P1). */
    private static List<Peer> members(
            Announcement.Made announced, ServerState own, PeerServers peers, Lineage lineage) {
        Durability before = announced.durability().value();
        return peers.all().stream()
                .filter(peer -> peer.state().replication().isPresent())
                .filter(peer -> before.isMember(peer.state().serverUuid()))
                .filter(peer -> peer.state().clusterUuid().equals(own.clusterUuid()))
                .filter(peer -> lineage.foreignIn(peer.state().received()).isEmpty())
                .filter(peer -> divergence(peer.state(), own).isNone())
                .toList();
    }

    /** Step 4, again and again while only the lock-delay of the last holder's session is in the way. */
    private Optional<Reason> takeLease(
            Announcement.Made announced,
            Durability.Entry entry,
            ServerState mysqld,
            Succession succession,
            Reason why,
            String session,
            Deadline deadline) {
        while (true) {
            List<TxnOp> operations = new ArrayList<>();
            operations.add(new TxnOp.CheckSession(node.failoverLockKey(), session));
            operations.addAll(promotion.beginTerm(
                    entry,
                    mysqld,
                    succession,
                    Optional.of(announced.durability().value()),
                    announced.durability().index(),
                    why));
            // Uses an order up; and refuses when an operator has said something else meanwhile.
            operations.add(new TxnOp.Cas(
                    node.configKey(),
                    ClusterRecords.write(announced.config().value().afterTakeOver()),
                    announced.config().index()));
            ports.consul()
                    .get(node.leaseKey(), deadline)
                    .ifPresent(e -> operations.add(new TxnOp.DeleteCas(e.key(), e.modifyIndex())));
            operations.add(promotion.lock(announced.term(), mysqld, deadline));
            operations.add(new TxnOp.Unlock(node.failoverLockKey(), node.name(), session));
            TxnResult result = ports.consul().transact(operations, deadline);
            boolean delayed = result instanceof TxnResult.Refused refused && refused.lockDelayed();
            if (!delayed || deadline.remaining().compareTo(PAUSE.multipliedBy(4)) < 0) {
                return Promotion.refusal(result);
            }
            lease.heartbeat(deadline);
            ports.sleeper().sleep(PAUSE);
        }
    }

    /** Gets from a peer what it has more; the peer's server is held, so its set can't grow. */
    private Optional<Reason> fetch(ElectionDecision.FetchFrom fetch, Mysql local, PeerServers peers, Deadline deadline) {
        Optional<Peer> source = peers.named(fetch.node());
        GtidSet received = local.read().received();
        startApplier(local);
        if (source.isEmpty() || !local.awaitApplied(received, deadline.remaining())) {
            return Optional.of(new Reason("could not apply what was received before fetching from " + fetch.node()));
        }
        local.stopReplication();
        Peer from = source.get();
        if (from.state().semiSync().isPresent()) {
            // A server that was just restarted keeps the common account out.
            from.server().letIn(local.read().serverUuid(), replication().password());
        }
        if (local.read().semiSync().filter(SemiSync::mayAcknowledge).isPresent()) {
            // A commit may still wait there, and nobody has published that this server keeps it (protocol P2).
            local.setAcknowledging(false);
        }
        follow(local, from.address(), from.state().semiSync().isPresent());
        boolean all = local.awaitApplied(fetch.missing(), deadline.remaining());
        local.stopReceiver();
        return all ? Optional.empty() : Optional.of(new Reason("could not fetch " + fetch.missing() + " from " + fetch.node()));
    }

    /** A run that was killed may have forgotten the source already, and a former primary never had one. */
    private static void startApplier(Mysql local) {
        if (local.read().replication().isPresent()) {
            local.startApplier();
        }
    }

    private static Divergence divergence(ServerState replica, ServerState primary) {
        return Divergence.between(replica, primary.executed(), primary.purged(), primary.serverUuid());
    }

    private void follow(Mysql server, Address source, boolean byOwnAccount) {
        String user = byOwnAccount ? ReplicationAccount.userOf(server.read().serverUuid()) : replication().user();
        server.follow(source, user, replication().password());
        server.startReplication();
    }

    private Settings.Login replication() {
        return node.settings().accounts().replication();
    }
}
