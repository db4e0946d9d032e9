package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.SnapshotLock;
import io.autopilot.mysql.hook.SnapshotTaker;
import io.autopilot.mysql.hook.SnapshotTurn;
import io.autopilot.mysql.hook.TakeSnapshot;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "snapshot",
        description = "Takes a snapshot of this node's data into the store. 75: another node is taking one, or this node serves no role now.")
final class SnapshotCommand extends HookCommand {
    static final String IS_DUE = "--is-due";
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration LIMIT = Duration.ofHours(24);

    @Option(names = "--if-due", description = "Only when BACKUP_TTL has run out and it is this node's turn.")
    private boolean ifDue;

    @Option(names = IS_DUE, description = "Takes none: 0 when --if-due would take one now, 1 when not.")
    private boolean isDue;

    SnapshotCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        Node node = wiring.node();
        Ports ports = wiring.ports();
        if (isDue) {
            return runner(wiring).run(new SnapshotTurn(node, ports), ANSWER);
        }
        MysqlVersion version = Wiring.serverVersion();
        SnapshotTaker taker = new SnapshotTaker(node, ports, wiring.archives(), wiring.engines(version), new SecureRandom());
        SnapshotLock lock = new SnapshotLock(node, ports.consul(), wiring.repeater(), wiring.ticker());
        return runner(wiring).run(new TakeSnapshot(node, ports, lock, taker, ifDue), LIMIT);
    }
}
