package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.NodeView;
import io.autopilot.mysql.core.ReplicationState;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Mysql;
import java.time.Duration;

/** Notes that this node has replicated, and that data of a snapshot has caught up: until then it is no candidate (G5). */
final class Joining {
    private static final Duration JOIN = Duration.ofSeconds(1);

    private final Ports ports;

    Joining(Ports ports) {
        this.ports = ports;
    }

    void noteThatItFollows(NodeView view) {
        ports.state().mysqldStart().ifPresent(start -> ports.state().writeFollowedTerm(start, view.knownTerm()));
        if (ports.state().mustJoin() && hasCaughtUp(view)) {
            ports.state().deleteMustJoin();
        }
    }

    /** With all that the primary had when it was asked, a restored directory isn't old any more. */
    void noteThatItJoined(NodeView view, Deadline deadline) {
        if (!ports.state().mustJoin() || view.primaryExecuted().isEmpty()) {
            return;
        }
        try (Mysql local = ports.servers().connectLocal(deadline)) {
            if (local.awaitApplied(view.primaryExecuted().get(), JOIN)) {
                ports.state().deleteMustJoin();
            }
        }
    }

    private static boolean hasCaughtUp(NodeView view) {
        return view.mysqld()
                .flatMap(ServerState::replication)
                .flatMap(ReplicationState::lag)
                .filter(Duration.ZERO::equals)
                .isPresent();
    }
}
