package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.GtidSet;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica whose relay log can't be read to its end (protocol P9): after a power cut, or since its disk has damaged it. */
@Tag("side-by-side")
class RelayLogE2E {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(180);
    private static final String NEWEST = "newest=$(ls /var/lib/mysql/data/relay.[0-9]* | tail -1); ";
    /** Nobody else may start the applier while a session has the role lock (protocol P3). */
    private static final String KEEP_UNAPPLIED = "SELECT GET_LOCK('mysql.role', 60); STOP REPLICA SQL_THREAD; DO SLEEP(600)";

    @Test
    void whatIsTornIsFetchedAgainAndWhatIsDamagedIsMadeAnew(@TempDir Path directory) throws IOException, SQLException {
        try (TestCluster cluster = new TestCluster("autopilot-relay", Images.latest(), directory, Map.of())) {
            cluster.up(3);
            cluster.awaitPrimary(LATER);
            Ledger ledger = new Ledger(cluster);
            ledger.create();
            ledger.write();
            cluster.awaitReplicas(2, LATER);
            String replica = cluster.replicas().getFirst();
            String uuid = uuid(cluster, replica);
            cutWithinTheLastEvent(cluster, ledger, replica);
            cluster.awaitReplica(replica, LATER);
            ledger.isWholeOnEveryNode();
            assertEquals(uuid, uuid(cluster, replica), "only what its relay log lacked was fetched");
            assertFalse(cluster.log(replica).contains("event=rebuild"), "nothing was made anew");

            damage(cluster, ledger, replica);
            cluster.awaitInside("data made anew", LATER, () -> Optional.of(cluster.log(replica)).filter(log -> log.contains("event=restored")));
            cluster.awaitReplica(replica, LATER);
            ledger.isWholeOnEveryNode();
            assertNotEquals(uuid, uuid(cluster, replica));
            assertTrue(cluster.log(replica).contains("the relay log is damaged"), "and the log says why");
        }
    }

    /** As a power cut leaves it, with some of it unapplied. */
    private static void cutWithinTheLastEvent(TestCluster cluster, Ledger ledger, String replica) {
        Thread hand = receivesWithoutApplying(cluster, ledger, replica);
        shell(cluster, replica, "pkill -STOP -f [m]ysqld-run; pkill -KILL -x mysqld; while pgrep -r D,R,S -x mysqld; do sleep 0.1; done");
        shell(cluster, replica, NEWEST + "truncate -s -40 $newest; pkill -CONT -f [m]ysqld-run");
        join(hand);
    }

    /** Within what isn't applied yet. */
    private static void damage(TestCluster cluster, Ledger ledger, String replica) {
        Thread hand = receivesWithoutApplying(cluster, ledger, replica);
        shell(cluster, replica, NEWEST + "dd if=/dev/zero of=$newest bs=1 count=60 conv=notrunc seek=$(($(stat -c %s $newest) - 500))");
        String session = cluster.bySocket(replica, "SELECT IS_USED_LOCK('mysql.role')").orElseThrow();
        cluster.bySocket(replica, "KILL " + session).orElseThrow();
        join(hand);
    }

    private static Thread receivesWithoutApplying(TestCluster cluster, Ledger ledger, String replica) {
        // One that its primary has just dropped is shut out until its hooks may ask to be let in, which need the role lock for that.
        cluster.await("two members", SOON, () -> Optional.of(true).filter(yes -> AckSets.isProven(cluster, 2)));
        Thread hand = Thread.ofPlatform().start(() -> cluster.bySocket(replica, KEEP_UNAPPLIED));
        cluster.await("stopped applier", SOON, () -> cluster.bySocket(
                        replica, "SELECT SERVICE_STATE FROM performance_schema.replication_applier_status")
                .filter("OFF"::equals));
        for (int row = 0; row < 5; row++) {
            ledger.write();
        }
        GtidSet written = GtidSet.parse(gtids(cluster, cluster.awaitPrimary(SOON), "@@gtid_executed").orElseThrow());
        cluster.await("received rows", SOON, () -> gtids(
                        cluster, replica, "CONCAT(@@gtid_executed, ',', received_transaction_set) FROM performance_schema.replication_connection_status")
                .map(GtidSet::parse)
                .filter(received -> received.contains(written)));
        return hand;
    }

    private static Optional<String> gtids(TestCluster cluster, String node, String expression) {
        return cluster.bySocket(node, "SELECT " + expression).map(text -> text.replace("\\n", ""));
    }

    private static String uuid(TestCluster cluster, String node) {
        return cluster.bySocket(node, "SELECT @@server_uuid").orElseThrow();
    }

    private static void shell(TestCluster cluster, String node, String script) {
        cluster.docker("exec", node, "sh", "-c", script);
    }

    private static void join(Thread hand) {
        try {
            hand.join(SOON);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
