package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterConfig;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.FailoverRule;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.LeaseView;
import io.autopilot.mysql.core.Links;
import io.autopilot.mysql.core.NodeView;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.Restraint;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.DataMark;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers what a health run decides on: heartbeat first, then the lease, then this node's server, then the primary's. */
final class Observer {
    private static final Logger LOG = LoggerFactory.getLogger(Observer.class);
    /** A peer that doesn't answer must not use up a health run. */
    private static final Duration PEER = Duration.ofSeconds(1);

    /** Time for the rest of the run is left when Consul doesn't answer: for a heartbeat, for what is read of the roles, for any look later on. */
    private static final Duration CONSUL = Duration.ofMillis(1500);

    /** From the end of a run without Consul until the next one has asked Consul in vain, too, and can raise a fence. */
    private static final Duration UNTIL_NEXT_FENCE = Duration.ofSeconds(3);

    private static final int ACCESS_DENIED = 1045;

    private final Node node;
    private final Ports ports;
    private final Lease lease;
    private final ClusterKeys keys;
    private final ConsulSilence silence;
    private final Replicas replicas;

    Observer(Node node, Ports ports, Lease lease, ClusterKeys keys) {
        this.node = node;
        this.ports = ports;
        this.lease = lease;
        this.keys = keys;
        this.silence = new ConsulSilence(ports.state(), ports.ticker(), node.settings().lease());
        this.replicas = new Replicas(node, ports);
    }

    Observation observe(Deadline deadline) {
        return observe(deadline, CONSUL);
    }

    /** With so much patience for a Consul that is silent. */
    Observation observe(Deadline deadline, Duration patience) {
        Duration began = ports.ticker().uptime();
        Optional<ConsulException> trouble = heartbeat(deadline.atMost(CONSUL).atMost(patience));
        Optional<ServerState> mysqld = readLocal(deadline);
        return trouble.map(e -> withoutConsul(mysqld, e, began)).orElseGet(() -> withConsul(mysqld, began, deadline, patience));
    }

    private Optional<ConsulException> heartbeat(Deadline deadline) {
        try {
            lease.heartbeat(deadline);
            silence.isOver();
            return Optional.empty();
        } catch (ConsulException e) {
            silence.begins();
            return Optional.of(e);
        }
    }

    /** An agent whose servers elect a leader takes a heartbeat, and keeps the reads waiting until there is one. */
    private Observation withConsul(Optional<ServerState> mysqld, Duration began, Deadline deadline, Duration patience) {
        Deadline reads = deadline.atMost(CONSUL).atMost(patience);
        try {
            LeaseView seen = lease.view(reads);
            Optional<Indexed<Durability>> durability = keys.durability(reads);
            if (isOlder(seen, durability)) {
                // Somebody took over between both reads, and the primary before must not look like the last one: its successor would be taken over from.
                seen = lease.view(reads);
            }
            Facts facts = new Facts(
                    mysqld,
                    seen,
                    durability.map(Indexed::value),
                    confirmedUuid(reads),
                    keys.foreignIntent(durability.map(Indexed::value), reads));
            Indexed<ClusterConfig> config = keys.config(reads);
            return new Observation(
                    view(facts, config.value(), deadline),
                    facts.durability(),
                    durability.map(Indexed::index).orElse(0L),
                    config,
                    began);
        } catch (ConsulException e) {
            return withoutConsul(mysqld, e, began);
        }
    }

    /** A take-over changes both in one transaction. */
    private static boolean isOlder(LeaseView lease, Optional<Indexed<Durability>> durability) {
        return lease.recorded().isPresent()
                && durability.filter(d -> d.value().newest().term() > lease.recorded().get().term()).isPresent();
    }

    private record Facts(
            Optional<ServerState> mysqld,
            LeaseView lease,
            Optional<Durability> durability,
            Optional<String> clusterUuid,
            Optional<Durability.Intent> foreignIntent) {}

    private Observation withoutConsul(Optional<ServerState> mysqld, ConsulException e, Duration began) {
        Facts facts = new Facts(
                mysqld,
                new LeaseView.Unknown(new Reason(String.valueOf(e.getMessage()))),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
        return new Observation(
                assemble(facts, Optional.empty(), Optional.empty(), false, Optional.empty(), Set.of(), Restraint.NONE),
                Optional.empty(),
                0,
                new Indexed<>(ClusterConfig.EMPTY, 0),
                began);
    }

    /** What Consul confirms; a missing key is put back by a node that knows the uuid, which blocks and promotes nobody (protocol P7). */
    private Optional<String> confirmedUuid(Deadline deadline) {
        Optional<String> known = keys.clusterUuid(deadline);
        Optional<String> own =
                ports.state().dataMark().filter(DataMark::confirmed).map(DataMark::clusterUuid);
        if (known.isPresent() || own.isEmpty()) {
            return known;
        }
        ports.consul().cas(node.initializedKey(), own.get(), 0, deadline);
        return keys.clusterUuid(deadline);
    }

    private NodeView view(Facts facts, ClusterConfig config, Deadline deadline) {
        Optional<ServerState> primary = facts.lease() instanceof LeaseView.Other other && !followsWell(facts, other.record())
                ? askPrimary(other.record(), deadline)
                : Optional.empty();
        Optional<Links> links = facts.lease() instanceof LeaseView.Other other && hasLostItsLink(facts, other.record())
                ? Optional.of(links(other.record(), primary.isPresent(), deadline))
                : Optional.empty();
        boolean present = facts.lease() instanceof LeaseView.Free free
                && free.last().filter(last -> isPresent(last, deadline)).isPresent();
        boolean asksForReplicas =
                facts.lease() instanceof LeaseView.Free || facts.mysqld().isEmpty() || writableRunEnded() || (writesUntilFenced() && !lease.mayWrite(ports.ticker().uptime()));
        Optional<String> successor = facts.lease() instanceof LeaseView.Free
                ? keys.successor(facts.durability(), deadline.atMost(CONSUL)).filter(to -> !config.maintenance().containsKey(to))
                : Optional.empty();
        return assemble(
                facts,
                primary,
                links,
                present,
                successor,
                asksForReplicas ? replicas(facts, config, deadline) : Set.of(),
                restraint(facts, config, asksForReplicas || links.filter(Links::agreeThatItIsLost).isPresent(), deadline));
    }

    /** The history is read only when a failover is near. */
    private Restraint restraint(Facts facts, ClusterConfig config, boolean failoverIsNear, Deadline deadline) {
        List<TermRecord> history = failoverIsNear ? keys.history(deadline.atMost(CONSUL)) : List.of();
        return FailoverRule.decide(
                node.name(), config, node.settings().failover(), facts.lease().recorded(), history, ports.clock().instant());
    }

    /** It doesn't receive from the primary, or not yet, in a mode in which the lease alone says nothing. */
    private static boolean hasLostItsLink(Facts facts, PrimaryRecord primary) {
        return facts.durability().filter(d -> d.mode() == Durability.Mode.LOSSLESS).isPresent()
                && facts.mysqld().filter(mysqld -> !mysqld.writable() && !isReceiving(mysqld, primary)).isPresent();
    }

    private static boolean isReceiving(ServerState mysqld, PrimaryRecord primary) {
        return mysqld.replication()
                .filter(r -> r.source().equals(primary.address()) && r.receiver() == ReplicationState.Receiver.ON)
                .isPresent();
    }

    private Links links(PrimaryRecord primary, boolean answers, Deadline deadline) {
        List<Replicas.Seen> others = answers
                ? List.of()
                : replicas.look(Optional.of(primary.address()), deadline).stream().filter(s -> !s.state().serverUuid().equals(primary.serverUuid())).toList();
        return new Links(
                answers,
                others.stream().filter(s -> s.isReceiving(primary.address())).map(Replicas.Seen::node).collect(Collectors.toSet()),
                others.stream().filter(s -> !s.isReceiving(primary.address())).map(Replicas.Seen::node).collect(Collectors.toSet()));
    }

    private static boolean followsWell(Facts facts, PrimaryRecord primary) {
        return facts.mysqld()
                .filter(mysqld -> isReceiving(mysqld, primary) && writtenHere(mysqld, primary).isEmpty())
                .flatMap(ServerState::replication)
                .filter(ReplicationState::applierRunning)
                .isPresent();
    }

    /** Of this server's own transactions those that the primary had not published: some are errant, unless it has them by now. */
    private static GtidSet writtenHere(ServerState mysqld, PrimaryRecord primary) {
        return mysqld.executed().of(Set.of(mysqld.serverUuid())).minus(primary.executed().orElse(GtidSet.EMPTY));
    }

    private NodeView assemble(
            Facts facts,
            Optional<ServerState> primary,
            Optional<Links> links,
            boolean lastPrimaryPresent,
            Optional<String> successor,
            Set<String> otherHealthyReplicas,
            Restraint restraint) {
        boolean proven = facts.lease() instanceof LeaseView.Mine;
        boolean writesUntilFenced = writesUntilFenced();
        long term = knownTerm(facts);
        return new NodeView(
                node.name(),
                facts.mysqld(),
                facts.mysqld().isPresent() || ports.state().mysqldStart().isPresent(),
                writableRunEnded(),
                facts.lease(),
                facts.clusterUuid(),
                facts.durability(),
                facts.mysqld()
                        .map(mysqld -> node.settings().replication().modeOn(mysqld.version()))
                        .orElse(Durability.Mode.ASYNC),
                writesUntilFenced,
                facts.foreignIntent(),
                term,
                primary.map(ServerState::executed),
                primary.map(ServerState::purged),
                links,
                proven || mayWriteUnproven(facts.lease(), writesUntilFenced),
                lease.mayWrite(ports.ticker().uptime()),
                isWarm(term),
                ports.state().mustJoin(),
                node.settings().lease().multipliedBy(2),
                node.settings().replicaMaxLag(),
                lastPrimaryPresent,
                successor,
                otherHealthyReplicas,
                facts.lease().recorded().filter(last -> last.handedOver(facts.durability())).isPresent(),
                restraint);
    }

    /**
     * A right that ends between two runs would be ended by the wrapper, with a SIGKILL. In lossless mode it would not, and this very run proves
     * by a commit whether it may be extended.
     */
    private boolean mayWriteUnproven(LeaseView seen, boolean writesUntilFenced) {
        Duration now = ports.ticker().uptime();
        return lease.mayWrite(seen instanceof LeaseView.Unknown && !writesUntilFenced ? now.plus(UNTIL_NEXT_FENCE) : now);
    }

    private boolean writesUntilFenced() {
        return ports.state().mysqldStart().filter(ports.state()::writesUntilFenced).isPresent();
    }

    private boolean writableRunEnded() {
        Optional<String> running = ports.state().mysqldStart().map(MysqldStart::id);
        return ports.state().writableRun().filter(run -> !running.equals(Optional.of(run))).isPresent();
    }

    private static long knownTerm(Facts facts) {
        long recorded = facts.lease().recorded().map(PrimaryRecord::term).orElse(0L);
        return Math.max(recorded, facts.durability().map(d -> d.newest().term()).orElse(0L));
    }

    private boolean isWarm(long term) {
        return ports.state()
                .mysqldStart()
                .flatMap(ports.state()::followedTerm)
                .filter(followed -> followed == term)
                .isPresent();
    }

    private Set<String> replicas(Facts facts, ClusterConfig config, Deadline deadline) {
        Set<String> listed = otherHealthyReplicas(deadline.atMost(CONSUL));
        boolean down = facts.lease() instanceof LeaseView.Mine && facts.mysqld().isEmpty();
        return listed.isEmpty() && down ? followers(config, deadline.atMost(PEER)) : listed;
    }

    /** Good replicas of this node are listed no more some seconds after its server died; a failover that was held back finds them all the same. */
    private Set<String> followers(ClusterConfig config, Deadline deadline) {
        return replicas.look(deadline).stream()
                .filter(seen -> !config.maintenance().containsKey(seen.node()))
                .filter(seen -> seen.state().replication().filter(r -> r.source().equals(node.address()) && r.applierRunning()).isPresent())
                .map(Replicas.Seen::node)
                .collect(Collectors.toSet());
    }

    private Set<String> otherHealthyReplicas(Deadline deadline) {
        return ports.consul().instances(node.settings().serviceName(), deadline).stream()
                .filter(ServiceInstance::passing)
                .filter(instance -> !instance.id().equals(node.replicaServiceId()))
                .map(ServiceInstance::id)
                .map(id -> id.substring(node.settings().serviceName().length() + 1))
                .collect(Collectors.toSet());
    }

    private boolean isPresent(PrimaryRecord last, Deadline deadline) {
        if (last.node().equals(node.name())) {
            return false;
        }
        boolean passing = ports.consul().instances(node.settings().nodeService(), deadline.atMost(CONSUL)).stream()
                .anyMatch(i -> i.id().equals(node.nodeServiceId(last.node())) && i.passing());
        return (passing || silence.hasJustEnded()) && askPrimary(last, deadline).isPresent();
    }

    /** Its address may be another node's by now, or this one's: only the server that the lease was taken for counts. */
    private Optional<ServerState> askPrimary(PrimaryRecord primary, Deadline deadline) {
        try (Mysql server = ports.servers().connect(primary.address(), deadline.atMost(PEER))) {
            return Optional.of(server.read()).filter(state -> state.serverUuid().equals(primary.serverUuid()));
        } catch (MysqlException e) {
            // The decision says what can't be done without an answer.
            return Optional.empty();
        }
    }

    private Optional<ServerState> readLocal(Deadline deadline) {
        if (ports.state().mysqldStart().isEmpty()) {
            return Optional.empty();
        }
        try (Mysql local = ports.servers().connectLocal(deadline.atMost(Duration.ofSeconds(2)))) {
            return Optional.of(local.read());
        } catch (MysqlException e) {
            if (e.code() == ACCESS_DENIED) {
                LOG.warn("event=mysqld-refuses reason=\"{}; the password of the hooks is made of MYSQL_REPL_PASSWORD and SERVICE_NAME:"
                        + " set them back to what they were when this data was made\"", e.getMessage());
            } else {
                LOG.debug("event=mysqld-silent reason=\"{}\"", e.getMessage());
            }
            return Optional.empty();
        }
    }
}
