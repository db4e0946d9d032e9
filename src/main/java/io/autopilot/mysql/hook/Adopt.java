package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.AdoptDecision;
import io.autopilot.mysql.core.AdoptRule;
import io.autopilot.mysql.core.AdoptView;
import io.autopilot.mysql.core.Bootstrap;
import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Consul.TxnOp;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.HookLock;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An operator's choice of this node as the primary of a cluster whose Consul lost its data (protocol P7). What Consul has to know is written in
 * one transaction with the lease, and the server becomes writable as after any other promotion.
 */
public final class Adopt {
    /** The decision of an outcome that changed nothing. */
    public static final String DRY_RUN = "DryRun";

    private static final Logger LOG = LoggerFactory.getLogger(Adopt.class);
    private static final Duration LOCK = Duration.ofSeconds(6);
    private static final Duration PEER = Duration.ofSeconds(2);

    private final Node node;
    private final Ports ports;
    private final boolean force;
    private final Lease lease;
    private final ClusterKeys keys;
    private final Promotion promotion;

    public Adopt(Node node, Ports ports, boolean force) {
        this.node = node;
        this.ports = ports;
        this.force = force;
        this.lease = new Lease(node, ports.consul(), ports.state());
        this.keys = new ClusterKeys(node, ports.consul());
        this.promotion = new Promotion(
                node, ports, lease, keys, new Services(node, ports.consul()), new Acks(node, ports, lease, keys));
    }

    /** What was found, what is decided on it, and how that ended. */
    public record Result(AdoptView found, AdoptDecision decision, Outcome outcome) {}

    /** Only looks. */
    public Result dryRun(Deadline deadline) {
        Seen seen = observe(deadline);
        AdoptDecision decision = AdoptRule.decide(seen.view(), force);
        Outcome outcome = switch (decision) {
            case AdoptDecision.Refuse refuse -> Outcome.notHealthy(refuse, refuse.reason());
            case AdoptDecision.Adopt adopt ->
                Outcome.done(DRY_RUN, new Reason(node.name() + " would become the primary, term " + adopt.term()));
        };
        return new Result(seen.view(), decision, outcome);
    }

    /** How it ends when another hook of this node has the lock for too long. */
    public static Outcome busy() {
        return Outcome.tryLater("Busy", new Reason("another hook of this node is at work"));
    }

    /** Looks while no other hook of this node is at work, and acts. Empty: another hook doesn't come to its end. */
    public Optional<Result> run(Deadline deadline) {
        Optional<HookLock> lock = ports.state().tryLock(deadline.atMost(LOCK));
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        HookLock held = lock.get();
        try {
            Seen seen = observe(deadline);
            AdoptDecision decision = AdoptRule.decide(seen.view(), force);
            return Optional.of(new Result(seen.view(), decision, act(decision, seen, deadline)));
        } finally {
            held.close();
        }
    }

    /** What was found, and what is left of the durability record. */
    private record Seen(AdoptView view, Optional<Indexed<Durability>> durability) {}

    private Seen observe(Deadline deadline) {
        lease.heartbeat(deadline);
        Optional<KvEntry> entry = ports.consul().get(node.leaseKey(), deadline);
        Optional<Indexed<Durability>> durability = keys.durability(deadline);
        long historyTerm = keys.history(deadline).stream().mapToLong(TermRecord::term).max().orElse(0);
        Optional<Durability.Entry> newest = durability.map(d -> d.value().newest());
        AdoptView view = new AdoptView(
                node.name(),
                entry.map(e -> ClusterRecords.readPrimary(e.key(), e.value())),
                entry.flatMap(KvEntry::session).isPresent(),
                keys.clusterUuid(deadline),
                Math.max(historyTerm, newest.map(Durability.Entry::term).orElse(0L)),
                newest.map(Durability.Entry::primaryUuid),
                read(ports.servers()::connectLocal, deadline),
                ports.state().mustJoin(),
                peers(deadline));
        return new Seen(view, durability);
    }

    private List<AdoptView.Peer> peers(Deadline deadline) {
        return ports.consul().instances(node.settings().nodeService(), deadline).stream()
                .filter(instance -> !instance.id().equals(node.nodeServiceId()))
                .map(instance -> peer(instance, deadline))
                .sorted(Comparator.comparing(AdoptView.Peer::node))
                .toList();
    }

    private AdoptView.Peer peer(ServiceInstance instance, Deadline deadline) {
        Address address = new Address(instance.address(), instance.port());
        // A node that is gone may have left its address to another one.
        Optional<ServerState> mysqld =
                instance.passing() ? read(d -> ports.servers().connect(address, d), deadline) : Optional.empty();
        return new AdoptView.Peer(node.nodeOf(instance.id()), instance.passing(), mysqld);
    }

    private static Optional<ServerState> read(Function<Deadline, Mysql> connect, Deadline deadline) {
        try (Mysql server = connect.apply(deadline.atMost(PEER))) {
            return Optional.of(server.read());
        } catch (MysqlException e) {
            LOG.info("event=server-silent reason=\"{}\"", e.getMessage());
            return Optional.empty();
        }
    }

    private Outcome act(AdoptDecision decision, Seen seen, Deadline deadline) {
        return switch (decision) {
            case AdoptDecision.Refuse refuse -> Outcome.notHealthy(refuse, refuse.reason());
            case AdoptDecision.Adopt adopt -> adopt(adopt, seen, deadline);
        };
    }

    private Outcome adopt(AdoptDecision.Adopt adopt, Seen seen, Deadline deadline) {
        ServerState mysqld = seen.view().mysqld().orElseThrow();
        List<TxnOp> operations = new ArrayList<>(identity(seen.view(), mysqld, deadline));
        // The history is gone: whose transactions belong to the cluster is what this server's data says.
        Succession succession = new Succession(
                TermRecord.Kind.ADOPTED, Optional.empty(), adopt.lost(), List.of(), mysqld.received().serverUuids());
        // Nobody acknowledges at first; who follows is admitted as after any promotion.
        Durability.Entry entry = new Durability.Entry(adopt.term(), mysqld.serverUuid(), Set.of(), 0);
        operations.addAll(promotion.beginTerm(
                entry,
                mysqld,
                succession,
                seen.durability().map(Indexed::value),
                seen.durability().map(Indexed::index).orElse(0L),
                adopt.reason()));
        operations.add(promotion.lock(adopt.term(), mysqld, deadline));
        Optional<Reason> refused = Promotion.refusal(ports.consul().transact(operations, deadline));
        if (refused.isPresent()) {
            return Outcome.tryLater(adopt, new Reason("the lease can't be taken: " + refused.get()));
        }
        LOG.info("event=adopted term={} lost=\"{}\" reason=\"{}\"", adopt.term(), adopt.lost(), adopt.reason());
        return becomeWritable(adopt, deadline);
    }

    private Outcome becomeWritable(AdoptDecision.Adopt adopt, Deadline deadline) {
        Optional<String> obstacle;
        try {
            obstacle = promotion.becomeWritable(adopt.term(), adopt.reason(), deadline).map(Reason::text);
        } catch (MysqlException e) {
            obstacle = Optional.of(String.valueOf(e.getMessage()));
        }
        return obstacle.map(why -> Outcome.tryLater(
                        adopt, new Reason(node.name() + " has the lease, and health goes on making it the primary; not yet: " + why)))
                .orElseGet(() -> Outcome.done(adopt, new Reason(node.name() + " is the primary, term " + adopt.term()
                        + "; the other nodes follow it with their next health run")));
    }

    /** Which cluster this is, and by which operator's word it was made, if Consul has lost that, too (docs/decisions/0009). */
    private List<TxnOp> identity(AdoptView view, ServerState mysqld, Deadline deadline) {
        String uuid = mysqld.clusterUuid().orElseThrow();
        List<TxnOp> operations = new ArrayList<>();
        if (view.clusterUuid().isEmpty()) {
            operations.add(new TxnOp.Cas(node.initializedKey(), uuid, 0));
        }
        Optional<String> word = node.settings().bootstrapFrom();
        if (word.isPresent() && ports.consul().get(node.bootstrappedKey(), deadline).isEmpty()) {
            operations.add(new TxnOp.Cas(node.bootstrappedKey(), ClusterRecords.write(new Bootstrap(uuid, word.get())), 0));
        }
        return operations;
    }
}
