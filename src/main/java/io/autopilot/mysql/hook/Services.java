package io.autopilot.mysql.hook;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.core.HealthDecision.Role;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Consul.CheckStatus;
import io.autopilot.mysql.port.Consul.ServiceSpec;
import io.autopilot.mysql.port.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What this node offers in the catalog: one of {@code <service>-primary} and {@code <service>}, or nothing (docs/decisions/0001). */
final class Services {
    private static final Duration REMOVE_AFTER = Duration.ofMinutes(1);

    private static final int LAST_PORT = 65_535;
    private static final String REQUEST = "-request";

    private final Node node;
    private final Consul consul;

    Services(Node node, Consul consul) {
        this.node = node;
        this.consul = consul;
    }

    /** Passing in this role, and gone from the other. */
    void offer(Role role, String note, Deadline deadline) {
        Settings settings = node.settings();
        switch (role) {
            case PRIMARY -> {
                consul.deregister(node.replicaServiceId(), deadline);
                pass(node.primaryServiceId(), settings.primaryService(), note, deadline);
            }
            case REPLICA -> {
                consul.deregister(node.primaryServiceId(), deadline);
                pass(node.replicaServiceId(), settings.serviceName(), note, deadline);
            }
        }
    }

    /** The role is the one of the last run: one call. */
    void keep(Role role, String note, Deadline deadline) {
        String id = role == Role.PRIMARY ? node.primaryServiceId() : node.replicaServiceId();
        if (!consul.updateCheck("service:" + id, CheckStatus.PASSING, note, deadline)) {
            offer(role, note, deadline);
        }
    }

    /** Not to be used by anybody, in any role, from this moment on. */
    void withdraw(Deadline deadline) {
        consul.deregister(node.primaryServiceId(), deadline);
        consul.deregister(node.replicaServiceId(), deadline);
    }

    /** What a fallen primary could not withdraw by itself; an agent of its own may still have it, until its time-out. */
    void withdrawPrimary(String fallen, Deadline deadline) {
        consul.deregister(node.settings().primaryService() + "-" + fallen, deadline);
    }

    /**
     * Tells the supervisor of a node to run {@code onChange} (docs/decisions/0005). The bell goes silent by itself, a
     * minute later: to silence it after a hand-over would wake that supervisor again, just when the cluster has other things to do.
     *
     * @param ring another one each time: supervisors see a change of address or port only
     */
    void ringBell(String to, long ring, Deadline deadline) {
        ringBell(bell(), to, ring, deadline);
    }

    /** A bell of its own: who is asked may be this very node, and it would hear its first ring end when it rings for another. */
    void ringBellForRequest(String to, long ring, Deadline deadline) {
        ringBell(bell() + REQUEST, to, ring, deadline);
    }

    private String bell() {
        return node.bellService() + "-" + node.name();
    }

    private void ringBell(String id, String to, long ring, Deadline deadline) {
        registerPassing(
                consul,
                new ServiceSpec(
                        id,
                        node.bellService(),
                        node.address().host(),
                        1 + Math.floorMod(ring, LAST_PORT),
                        List.of("to-" + to),
                        Duration.ofMinutes(1),
                        CheckStatus.PASSING,
                        Optional.of(REMOVE_AFTER)),
                "",
                deadline);
    }

    void silenceBells(Deadline deadline) {
        consul.deregister(bell(), deadline);
        consul.deregister(bell() + REQUEST, deadline);
    }

    private void pass(String id, String name, String note, Deadline deadline) {
        registerPassing(
                consul,
                new ServiceSpec(
                        id,
                        name,
                        node.address().host(),
                        node.address().port(),
                        List.of(),
                        roleTtl(),
                        CheckStatus.PASSING,
                        Optional.of(REMOVE_AFTER)),
                note,
                deadline);
    }

    /** In two calls, since a registration leaves a check that is there already as it is: one that ran out would stay critical. */
    static void registerPassing(Consul consul, ServiceSpec service, String note, Deadline deadline) {
        consul.register(service, deadline);
        consul.updateCheck(service.checkId(), CheckStatus.PASSING, note, deadline);
    }

    /** A role is believed for as long as the lease would be. */
    private Duration roleTtl() {
        return node.settings().lease();
    }
}
