package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Deadline;
import java.util.Comparator;
import java.util.List;

/** Reads how each term began, from any node. */
public final class History {
    private final ClusterKeys keys;

    public History(Node node, Consul consul) {
        this.keys = new ClusterKeys(node, consul);
    }

    /** The newest ones, the newest first. */
    public List<TermRecord> newest(int count, Deadline deadline) {
        return keys.history(deadline).stream()
                .sorted(Comparator.comparingLong(TermRecord::term).reversed())
                .limit(count)
                .toList();
    }
}
