package io.autopilot.mysql.chaos;

import io.autopilot.mysql.e2e.TestCluster;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a fault finds: who was what before it, and the clients who write. Remembers when the blow fell, since some faults need
 * preparations.
 */
final class Scene {
    private static final Duration OTHER = Duration.ofSeconds(60);

    private final TestCluster cluster;
    private final Clients clients;
    private final boolean lossless;
    private final String primary;
    private final List<String> replicas;
    private final String consul;
    private long struck = System.nanoTime();

    /** @param nodes ids of all three containers */
    Scene(TestCluster cluster, Clients clients, boolean lossless, String primary, List<String> nodes) {
        this.cluster = cluster;
        this.clients = clients;
        this.lossless = lossless;
        this.primary = primary;
        this.replicas = nodes.stream().filter(node -> !node.equals(primary)).toList();
        this.consul = cluster.consulContainer();
    }

    /** The primary before the fault. */
    String primary() {
        return primary;
    }

    List<String> replicas() {
        return replicas;
    }

    List<String> nodes() {
        return Stream.concat(Stream.of(primary), replicas.stream()).toList();
    }

    String consul() {
        return consul;
    }

    TestCluster cluster() {
        return cluster;
    }

    void tryStart(List<String> containers) {
        containers.forEach(container -> tryDocker("start", container));
    }

    void docker(String... arguments) {
        cluster.docker(arguments);
    }

    /** In one go for several containers. */
    void docker(String verb, List<String> containers) {
        cluster.docker(Stream.concat(Stream.of(verb), containers.stream()).toArray(String[]::new));
    }

    boolean tryDocker(String... arguments) {
        return cluster.tryDocker(arguments);
    }

    void shell(String node, String script) {
        cluster.docker("exec", node, "bash", "-c", script);
    }

    boolean tryShell(String node, String script) {
        return cluster.tryDocker("exec", node, "bash", "-c", script);
    }

    /** The fault begins now; when it isn't called the begin of the strike counts. */
    void blow() {
        struck = System.nanoTime();
    }

    /** By System.nanoTime. */
    long struck() {
        return struck;
    }

    /** The fault is there for so long. */
    void lastsFor(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        cluster.await("end of the fault", time.multipliedBy(2), () -> System.nanoTime() < end ? Optional.empty() : Optional.of(true));
    }

    /** In lossless mode: freezes both replicas and waits until clients wait for an acknowledgement which can't come. */
    void makeClientsWait() {
        if (!lossless) {
            return;
        }
        replicas.forEach(this::freeze);
        // One of them waits for a whole group of commits, the others wait for that one.
        cluster.await("clients that wait for an acknowledgement", OTHER, () -> cluster.bySocket(
                        primary, "SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for semi-sync ACK%'")
                .filter(waiting -> Integer.parseInt(waiting) > 0));
    }

    void freeze(String node) {
        cluster.freeze(node);
    }

    void letReplicasGoOn() {
        replicas.forEach(replica -> tryDocker("unpause", replica));
    }

    /** Until another node than before is listed as the primary and has acknowledged a write. */
    void awaitSuccessor() {
        cluster.await("a successor of " + primary, OTHER, () -> clients.acks().stream()
                .filter(ack -> ack.at() > struck && !ack.node().equals(primary))
                .findFirst());
    }
}
