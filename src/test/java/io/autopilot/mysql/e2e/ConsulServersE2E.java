package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autopilot.mysql.core.ClusterRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three Consul servers and an agent in each container, as it is run in earnest: none of their deaths is a reason to change a role. */
@Tag("side-by-side")
class ConsulServersE2E {
    private static final String PROJECT = "autopilot-raft";
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(180);
    /** Longer than a lease, a session and the election of a leader. */
    private static final Duration A_WHILE = Duration.ofSeconds(20);
    private static final Duration AT_ONCE = Duration.ofSeconds(3);
    private static final String SERVERS =
            """
            services:
              consul:
                command: &command
                  - agent
                  - -server
                  - -bootstrap-expect=3
                  - -retry-join=consul
                  - -retry-join=consul2
                  - -retry-join=consul3
                  - -data-dir=/consul/data
                  - -bind=0.0.0.0
                  - -client=0.0.0.0
                  - -hcl=performance { raft_multiplier = 1 }
              consul2: &another
                image: ${CONSUL_IMAGE:-mysql-autopilot-consul:local}
                hostname: consul2
                command: *command
              consul3:
                <<: *another
                hostname: consul3
            """;

    @Test
    void theDeathsOfALeaderAndOfAnAgentChangeNoRole(@TempDir Path directory) throws IOException, SQLException {
        try (TestCluster cluster = new TestCluster(PROJECT, Images.latest(), directory, Map.of("CONSUL_AGENT", "1"))) {
            cluster.with("COMPOSE_FILE", "docker-compose.yml:" + Files.writeString(directory.resolve("consul-servers.yml"), SERVERS));
            cluster.up(3);
            String primary = cluster.awaitPrimary(LATER);
            Ledger ledger = new Ledger(cluster);
            ledger.create();
            ledger.write();
            awaitWhole(cluster);
            long term = term(cluster);

            String leader = container(cluster, anotherLeaderThanTheOneThatIsAsked(cluster));
            cluster.docker("kill", leader);
            writesGoOn(ledger, primary);
            cluster.docker("exec", primary, "pkill", "-KILL", "-f", "consul agen[t]");
            writesGoOn(ledger, primary);
            assertEquals(term, term(cluster), "nobody has begun another term");

            cluster.docker("exec", primary, "pkill", "-KILL", "-x", "mysqld");
            ledger.writeElsewhere(primary, SOON);
            cluster.docker("start", leader);
            awaitWhole(cluster);
            ledger.isWholeOnEveryNode();
        }
    }

    private static void writesGoOn(Ledger ledger, String primary) {
        Bound bound = new Bound(A_WHILE);
        while (bound.over().isEmpty()) {
            ledger.writeAt(primary, AT_ONCE);
        }
    }

    private static void awaitWhole(TestCluster cluster) {
        cluster.await("whole cluster", LATER, () ->
                Optional.of(true).filter(yes -> cluster.replicas().size() == 2 && AckSets.isProven(cluster, 2)));
    }

    private static long term(TestCluster cluster) {
        return cluster.await("record of the primary", SOON, () -> Optional.ofNullable(cluster.keys("mysql-primary").get("mysql-primary"))
                        .map(value -> ClusterRecords.readPrimary("mysql-primary", value)))
                .term();
    }

    /** The test itself asks the server named consul, so that one has to live. */
    private static String anotherLeaderThanTheOneThatIsAsked(TestCluster cluster) {
        if (leader(cluster).equals("consul")) {
            cluster.docker("restart", cluster.consulContainer());
        }
        return cluster.await("another leader", SOON, () -> Optional.of(leader(cluster)).filter(name -> name.matches("consul[23]")));
    }

    /** Empty while there is none. */
    private static String leader(TestCluster cluster) {
        String peers = cluster.docker("exec", container(cluster, "consul2"), "sh", "-c", "consul operator raft list-peers || true");
        return peers.lines().filter(line -> line.contains(" leader ")).map(line -> line.split(" ")[0]).findFirst().orElse("");
    }

    private static String container(TestCluster cluster, String service) {
        return cluster.docker(
                        "ps", "-q", "-f", "label=com.docker.compose.project=" + PROJECT, "-f", "label=com.docker.compose.service=" + service)
                .strip();
    }
}
