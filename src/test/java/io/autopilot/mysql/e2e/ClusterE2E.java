package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** The whole life of a cluster of the newest server. */
class ClusterE2E extends ClusterScenarios {
    ClusterE2E() {
        super("autopilot-e2e", Images.latest());
    }

    @Test
    @Order(4)
    void rootAndTheCommandsWorkInTheContainerWithNothingToType() {
        String primary = cluster.awaitPrimary(SOON);
        assertEquals("1", cluster.docker("exec", primary, "mysql", "-Ne", "SELECT 1").strip());
        assertTrue(cluster.docker("exec", primary, "manage", "status").contains("primary"));
        assertTrue(cluster.docker("exec", primary, "java", "-jar", "/opt/manage/manage.jar", "--version").startsWith("manage "));
    }

    @Test
    @Order(8)
    void aKilledContainerIsReplaced() {
        String old = cluster.awaitPrimary(SOON);
        ledger.write();
        cluster.docker("kill", old);
        ledger.writeElsewhere(old, SOON);
        cluster.docker("start", old);
        comesBackAsReplica(old);
    }

    @Test
    @Order(9)
    void aRestartOfConsulCostsNoData() {
        ledger.write();
        cluster.restartConsul();
        cluster.awaitPrimary(LATER);
        cluster.awaitReplicas(2, LATER);
        ledger.write();
        ledger.isWholeOnEveryNode();
    }

    @Test
    @Order(10)
    void theWholeClusterComesBackAfterAPowerCut() {
        List<String> all = cluster.running();
        ledger.write();
        all.forEach(node -> cluster.docker("kill", node));
        // In another order than before, so that the nodes get each other's addresses.
        all.reversed().forEach(node -> cluster.docker("start", node));
        // For some seconds Consul lists what was before the cut.
        cluster.awaitRoles(2, LATER);
        cluster.awaitPrimary(LATER);
        cluster.awaitReplicas(2, LATER);
        ledger.write();
        ledger.isWholeOnEveryNode();
    }

    /** After all the changes before: what the README tells applications to ask for. */
    @Test
    @Order(13)
    void applicationsFindThePrimaryAndTheReplicasByDns() {
        String primary = cluster.awaitPrimary(SOON);
        cluster.awaitReplicas(2, LATER);
        assertEquals(Set.of(cluster.address(primary)), cluster.byDns("-primary"));
        assertEquals(cluster.replicas().stream().map(cluster::address).collect(Collectors.toSet()), cluster.byDns(""));
    }

    @Test
    @Order(12)
    void aSnapshotIsTakenByThePlainJarToo() {
        cluster.docker("exec", cluster.replicas().getFirst(), "java", "-jar", "manage.jar", "snapshot");
    }
}
