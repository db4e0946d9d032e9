package io.autopilot.mysql.hook;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.core.Divergence;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.ReplicationAccount;
import io.autopilot.mysql.core.SemiSync;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Mysql;
import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Points other servers at this node, which holds the lease, each by a hand that holds that server's role lock (protocol P3). One that can't
 * be pointed now does it by itself later.
 */
final class Repointing {
    private static final Logger LOG = LoggerFactory.getLogger(Repointing.class);
    private static final Duration APPLY = Duration.ofSeconds(1);
    private static final String NOT_REPOINTED = "event=not-repointed node={} reason=\"{}\"";

    private final Node node;
    /** This node's, with all that it had when its term began. */
    private final ServerState primary;
    private final boolean lossless;
    /** All that the old primary had, when it was fenced and has nothing more to send: then no half transaction can be left. */
    private final Optional<GtidSet> complete;
    /** Until then they would be refused at this node's server, and try again a second later. */
    private final Once letIn;

    Repointing(Node node, ServerState primary, boolean lossless, Optional<GtidSet> complete, Once letIn) {
        this.node = node;
        this.primary = primary;
        this.lossless = lossless;
        this.complete = complete;
        this.letIn = letIn;
    }

    void point(String name, Mysql server) {
        try {
            point(name, server, server.read());
        } catch (MysqlException e) {
            LOG.info(NOT_REPOINTED, name, e.getMessage());
        }
    }

    /** @param state as it is since the server's role lock is held */
    private void point(String name, Mysql server, ServerState state) {
        if (leaves(name, server, state)) {
            follow(name, server, state);
        }
    }

    /** Has it leave its source, if it may follow this server. False: it stays as it is. */
    boolean leaves(String name, Mysql server, ServerState state) {
        try {
            Optional<Reason> obstacle = tryLeave(server, state);
            obstacle.ifPresent(why -> LOG.info(NOT_REPOINTED, name, why));
            return obstacle.isEmpty();
        } catch (MysqlException e) {
            LOG.info(NOT_REPOINTED, name, e.getMessage());
            return false;
        }
    }

    /** For one that has left its source. */
    void follow(String name, Mysql server, ServerState state) {
        try {
            follow(server, state);
            LOG.info("event=repointed node={}", name);
        } catch (MysqlException e) {
            LOG.info(NOT_REPOINTED, name, e.getMessage());
        }
    }

    private Optional<Reason> tryLeave(Mysql server, ServerState state) {
        Optional<Reason> unfit = whyUnfit(state);
        if (unfit.isPresent()) {
            return unfit;
        }
        if (!server.awaitApplied(complete.orElse(state.received()), APPLY)) {
            return Optional.of(new Reason("it still applies what it has received"));
        }
        complete.ifPresentOrElse(server::endReplication, server::stopReplication);
        return Optional.empty();
    }

    private void follow(Mysql server, ServerState state) {
        if (lossless && state.semiSync().filter(SemiSync::replicaEnabled).isEmpty()) {
            server.setAcknowledging(true);
        }
        Settings.Login login = node.settings().accounts().replication();
        String user = lossless ? ReplicationAccount.userOf(state.serverUuid()) : login.user();
        server.follow(node.address(), user, login.password());
        letIn.run();
        server.startReplication();
    }

    /** No server follows before its set was compared (protocol P5); its own health says what is to become of it. */
    private Optional<Reason> whyUnfit(ServerState state) {
        if (state.writable() || state.replication().isEmpty()) {
            return Optional.of(new Reason("it is no replica"));
        }
        if (state.semiSync().filter(SemiSync::sourceOn).isPresent()) {
            return Optional.of(new Reason("it is still set up as a primary"));
        }
        if (!state.clusterUuid().equals(primary.clusterUuid())) {
            return Optional.of(new Reason("it belongs to another cluster"));
        }
        Divergence divergence = Divergence.between(state, primary.executed(), primary.purged(), primary.serverUuid());
        return divergence.isNone() ? Optional.empty() : Optional.of(divergence.reason(node.name()));
    }
}
