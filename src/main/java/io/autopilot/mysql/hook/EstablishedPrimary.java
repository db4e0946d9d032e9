package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.RebuildView;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Consul.KvEntry;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Optional;

/** The primary as a node sees it that may give up its data for it: nothing less than one that holds the lease and accepts writes counts. */
final class EstablishedPrimary {
    private static final Duration ASK = Duration.ofSeconds(2);

    private final Node node;
    private final Ports ports;

    EstablishedPrimary(Node node, Ports ports) {
        this.node = node;
        this.ports = ports;
    }

    /** Empty: there is none, it is this node, or it can't be read. */
    Optional<RebuildView.Primary> read(Deadline deadline) {
        return ports.consul()
                .get(node.leaseKey(), deadline)
                .filter(entry -> entry.session().isPresent())
                .map(EstablishedPrimary::record)
                .filter(record -> record.state() == PrimaryRecord.State.ESTABLISHED && !record.node().equals(node.name()))
                .flatMap(record -> ask(record, deadline).map(state -> new RebuildView.Primary(record, state)));
    }

    private static PrimaryRecord record(KvEntry entry) {
        return ClusterRecords.readPrimary(entry.key(), entry.value());
    }

    /** Its address may be another node's by now. */
    private Optional<ServerState> ask(PrimaryRecord primary, Deadline deadline) {
        try (Mysql server = ports.servers().connect(primary.address(), deadline.atMost(ASK))) {
            return Optional.of(server.read()).filter(state -> state.serverUuid().equals(primary.serverUuid()) && state.writable());
        } catch (MysqlException e) {
            return Optional.empty();
        }
    }
}
