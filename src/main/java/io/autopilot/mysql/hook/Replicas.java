package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.AckView;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Consul.ServiceInstance;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The servers of the other nodes that live, as they say themselves; all are asked at the same time. */
final class Replicas {
    private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);
    private static final Duration ASK = Duration.ofSeconds(1);

    private final Node node;
    private final Ports ports;

    Replicas(Node node, Ports ports) {
        this.node = node;
        this.ports = ports;
    }

    /** One that answered. */
    record Seen(String node, boolean leaving, ServerState state) {
        boolean isReceiving(Address primary) {
            return state.replication()
                    .filter(r -> r.source().equals(primary) && r.receiver() == Receiver.ON)
                    .isPresent();
        }

        /**
         * What it is for this primary.
         *
         * @param before what the primary had executed before this one was asked
         * @param after what it had executed afterwards
         */
        AckView.Replica toReplica(GtidSet before, GtidSet after, PrimaryRecord primary, Node own) {
            return new AckView.Replica(
                    node,
                    state.serverUuid(),
                    isReceiving(own.address()),
                    state.received().contains(before),
                    state.semiSync().filter(SemiSync::acknowledging).isPresent(),
                    whyUnfit(after, primary));
        }

        private Optional<Reason> whyUnfit(GtidSet primaryExecuted, PrimaryRecord primary) {
            if (leaving) {
                return Optional.of(new Reason("it is leaving"));
            }
            GtidSet extra = state.received().minus(primaryExecuted);
            GtidSet errant = extra.minus(extra.of(Set.of(primary.serverUuid())));
            if (!errant.isEmpty()) {
                return Optional.of(new Reason("errant transactions " + errant));
            }
            boolean ownAccount = state.replication()
                    .filter(r -> r.user().equals(ReplicationAccount.userOf(state.serverUuid())))
                    .isPresent();
            return ownAccount ? Optional.empty() : Optional.of(new Reason("it can't be cut off alone: it has no account of its own"));
        }
    }

    List<ServiceInstance> passing(Deadline deadline) {
        return ports.consul().instances(node.settings().nodeService(), deadline).stream()
                .filter(i -> i.passing() && !i.id().equals(node.nodeServiceId()))
                .toList();
    }

    List<Seen> look(Deadline deadline) {
        return look(Optional.empty(), deadline);
    }

    /** @param but where it is known that nobody answers */
    List<Seen> look(Optional<Address> but, Deadline deadline) {
        List<CompletableFuture<Optional<Seen>>> questions = passing(deadline).stream()
                .filter(i -> but.filter(new Address(i.address(), i.port())::equals).isEmpty())
                .map(instance -> CompletableFuture.supplyAsync(() -> ask(instance, deadline), ports.tasks()))
                .toList();
        return questions.stream().map(Tasks::join).flatMap(Optional::stream).toList();
    }

    private Optional<Seen> ask(ServiceInstance instance, Deadline deadline) {
        Address address = new Address(instance.address(), instance.port());
        try (Mysql server = ports.servers().connect(address, deadline.atMost(ASK))) {
            return Optional.of(
                    new Seen(node.nodeOf(instance.id()), instance.tags().contains(Lease.LEAVING), server.read()));
        } catch (MysqlException e) {
            LOG.debug("event=replica-silent node={} reason=\"{}\"", node.nodeOf(instance.id()), e.getMessage());
            return Optional.empty();
        }
    }
}
