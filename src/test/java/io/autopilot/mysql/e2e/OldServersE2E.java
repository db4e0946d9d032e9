package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.GtidSet;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The servers of the old series, one after the other. */
@Tag("side-by-side")
class OldServersE2E {
    /** Its snapshots are made by CLONE. */
    @Nested
    class OnMysql80 extends ClusterScenarios {
        OnMysql80() {
            super("autopilot-80", Images.of("8.0"));
        }
    }

    /** Its snapshots are made by the tests' stand-in for xtrabackup. */
    @Nested
    class OnMysql56 extends ClusterScenarios {
        OnMysql56() {
            super("autopilot-56", Images.of("5.6-standin"));
        }

        /** As a kill leaves it: 5.6 counts it as received, and its applier waits for the rest. */
        @Test
        @Order(30)
        void aTransactionThatWasHalfReceivedIsFetchedAgain() {
            String replica = cluster.replicas().getFirst();
            // It ends with its server.
            Thread.ofPlatform().daemon().start(() -> cluster
                    .bySocket(replica, "SELECT GET_LOCK('mysql.role', 60); STOP SLAVE SQL_THREAD; DO SLEEP(600)"));
            cluster.awaitInside("stopped applier", SOON, () -> cluster
                    .bySocket(replica, "SHOW STATUS LIKE 'Slave_running'")
                    .filter(said -> said.contains("OFF")));
            ledger.write();
            String primary = cluster.primary().orElseThrow();
            GtidSet written = GtidSet.parse(cluster.bySocket(primary, "SELECT @@gtid_executed").orElseThrow().replace("\\n", ""));
            cluster.awaitInside("received row", SOON, () -> received(replica).filter(set -> set.contains(written)));
            String shell = "pkill -STOP -f [m]ysqld-run; pkill -KILL -x mysqld; while pgrep -r D,R,S -x mysqld; do sleep 0.1; done;"
                    // The last event of a transaction, which commits it.
                    + " truncate -s -31 $(ls /var/lib/mysql/data/relay.[0-9]* | tail -1); pkill -CONT -f [m]ysqld-run";
            cluster.docker("exec", replica, "sh", "-c", shell);
            cluster.awaitReplica(replica, LATER);
            ledger.isWholeOnEveryNode();
            assertTrue(cluster.log(replica).contains("event=half-transaction-dropped"), () -> cluster.log(replica));
        }

        /** Two of the last three columns: retrieved, executed. */
        private Optional<GtidSet> received(String replica) {
            return cluster.bySocket(replica, "SHOW SLAVE STATUS")
                    .map(row -> row.replace("\\n", "").split("\t", -1))
                    .map(columns -> GtidSet.parse(columns[columns.length - 3]).union(GtidSet.parse(columns[columns.length - 2])));
        }
    }
}
