package io.autopilot.mysql.e2e;

import io.autopilot.mysql.core.ClusterRecords;
import io.autopilot.mysql.core.Durability;
import java.util.Optional;

/** What a cluster in lossless mode promises, as Consul has it. */
public final class AckSets {
    private static final String KEY = "mysql/durability";

    private AckSets() {}

    /** Whether so many members acknowledge, and nothing of that is about to change. */
    public static boolean isProven(TestCluster cluster, int members) {
        return Optional.ofNullable(cluster.keys(KEY).get(KEY))
                .map(value -> ClusterRecords.readDurability(KEY, value))
                .filter((Durability d) -> d.next().isEmpty() && d.proven().ackSet().size() == members)
                .isPresent();
    }
}
