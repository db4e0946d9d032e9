package io.autopilot.mysql.hook;

import io.autopilot.mysql.config.Settings;
import io.autopilot.mysql.core.Address;
import java.time.Duration;

/**
 * This node and the names of everything that its cluster has in Consul (design, Keys).
 *
 * @param name the container's host name
 * @param address where the other nodes reach this node's mysqld
 */
public record Node(String name, Address address, Settings settings) {
    public String leaseKey() {
        return settings.keys().primary();
    }

    public String durabilityKey() {
        return settings.serviceName() + "/durability";
    }

    public String initializedKey() {
        return settings.serviceName() + "/initialized";
    }

    /** What operators have said about changes of roles. */
    public String configKey() {
        return settings.serviceName() + "/config";
    }

    /** The operator's word by which the cluster was founded, if it was. */
    public String bootstrappedKey() {
        return settings.serviceName() + "/bootstrapped";
    }

    /** Where the successor of a hand-over says that it is awake. */
    public String successorKey() {
        return settings.serviceName() + "/successor";
    }

    /** Where a node asks the primary for a switchover. */
    public String switchoverKey() {
        return settings.serviceName() + "/switchover";
    }

    public String bootstrapLockKey() {
        return settings.serviceName() + "/bootstrap";
    }

    public String failoverLockKey() {
        return settings.serviceName() + "/failover";
    }

    public String historyPrefix() {
        return settings.serviceName() + "/history/";
    }

    public String historyKey(long term) {
        return historyPrefix() + term;
    }

    /** Why the last election promoted nobody. */
    public String stoppedElectionKey() {
        return settings.serviceName() + "/election-stopped";
    }

    /** Descriptions of archived errant transactions, a key each. */
    public String evidencePrefix() {
        return settings.serviceName() + "/evidence/";
    }

    public String evidenceKey(String id) {
        return evidencePrefix() + id;
    }

    /** The last wish of a node for a snapshot that it can be made of. */
    public String snapshotWishKey() {
        return settings.serviceName() + "/snapshot-wish";
    }

    /** Held by the node that does a drill. */
    public String drillLockKey() {
        return settings.serviceName() + "/drill-lock";
    }

    /** What the last drill found. */
    public String lastDrillKey() {
        return settings.serviceName() + "/last-drill";
    }

    /** Id of this node's instance of the node service, and the name by which others know it. */
    public String nodeServiceId() {
        return nodeServiceId(name);
    }

    public String nodeServiceId(String node) {
        return settings.nodeService() + "-" + node;
    }

    public String replicaServiceId() {
        return replicaServiceId(name);
    }

    public String replicaServiceId(String node) {
        return settings.serviceName() + "-" + node;
    }

    public String primaryServiceId() {
        return settings.primaryService() + "-" + name;
    }

    public String bellService() {
        return settings.serviceName() + "-handover";
    }

    /** The node whose instance of the node service has this id. */
    public String nodeOf(String nodeServiceId) {
        return nodeServiceId.substring(settings.nodeService().length() + 1);
    }

    /** How much earlier than the lease the right to write ends: what the wrapper's watchdog needs to act. */
    public Duration margin() {
        return settings.lease().dividedBy(10);
    }
}
