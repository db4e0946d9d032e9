package io.autopilot.mysql.hook;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.DataMark;
import io.autopilot.mysql.port.Mysql;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a new data directory still lacks once mysqld runs on it: GTIDs of a restore, accounts, the cluster's mark. Idempotent. */
final class Provisioning {
    private static final Logger LOG = LoggerFactory.getLogger(Provisioning.class);

    private final Node node;
    private final Ports ports;

    Provisioning(Node node, Ports ports) {
        this.node = node;
        this.ports = ports;
    }

    /** True: something was done, read the server again. */
    boolean complete(ServerState mysqld, Deadline deadline) {
        Optional<DataMark> mark = ports.state().dataMark().filter(DataMark::confirmed);
        if (mark.isEmpty() || mysqld.writable() || !isIncomplete(mysqld)) {
            return false;
        }
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            ports.state().restoredGtids().ifPresent(set -> {
                local.replaceGtids(set);
                ports.state().deleteRestoredGtids();
                LOG.info("event=gtids-set executed={}", set);
            });
            if (ports.state().leftCluster().isPresent()) {
                local.leaveCluster();
                ports.state().deleteLeftCluster();
            }
            if (local.read().clusterUuid().isEmpty()) {
                local.provision(accounts());
                local.markCluster(mark.get().clusterUuid());
                LOG.info("event=provisioned cluster={}", mark.get().clusterUuid());
            }
        }
        return true;
    }

    private boolean isIncomplete(ServerState mysqld) {
        return mysqld.clusterUuid().isEmpty()
                || ports.state().restoredGtids().isPresent()
                || ports.state().leftCluster().isPresent();
    }

    private Mysql.Accounts accounts() {
        Settings.Accounts accounts = node.settings().accounts();
        return new Mysql.Accounts(
                ControlLogin.USER,
                ControlLogin.password(node.settings()),
                accounts.replication().user(),
                accounts.replication().password(),
                accounts.database(),
                accounts.application().map(Settings.Login::user),
                accounts.application().map(Settings.Login::password),
                accounts.rootPassword(),
                accounts.rootOnce());
    }
}
