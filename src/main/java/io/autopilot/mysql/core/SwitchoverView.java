package io.autopilot.mysql.core;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything that the choice of a switchover's target is made from, gathered once.
 *
 * @param primary empty when no established primary holds the lease
 * @param others every other node that is registered
 * @param wanted the node that the operator named; empty for the best one
 * @param staysOn whether the primary goes on as a replica of the new one; false when its container stops
 */
public record SwitchoverView(
        Optional<Primary> primary, List<Other> others, Optional<String> wanted, boolean staysOn, Duration maxLag) {
    public SwitchoverView {
        others = List.copyOf(others);
    }

    /**
     * The node that writes now.
     *
     * @param before what it had executed before any other node was asked
     * @param after what it had executed after every other node was asked
     */
    public record Primary(String node, Address address, String serverUuid, MysqlVersion version, GtidSet before, GtidSet after) {}

    /**
     * Another node.
     *
     * @param hooksRun whether its heartbeat passes
     * @param listed whether it is listed as a healthy replica
     * @param server empty when its mysqld doesn't answer
     * @param maintenance an operator's word that it does nothing but replicate; empty for none
     */
    public record Other(
            String node,
            Address address,
            boolean hooksRun,
            boolean listed,
            Optional<ServerState> server,
            Optional<ClusterConfig.Maintenance> maintenance) {}
}
