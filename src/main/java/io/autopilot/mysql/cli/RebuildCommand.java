package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.Rebuild;
import java.time.Duration;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "rebuild",
        description = "Makes this node anew when it can't follow the primary: archives the transactions that the primary lacks, gives the data"
                + " directory up and stops mysqld, whose next start restores a snapshot. Does nothing on a node that can follow."
                + " 69: the node stays out, 75: not now, both with the reason.")
final class RebuildCommand extends HookCommand {
    /** Binary logs may be large. */
    private static final Duration LIMIT = Duration.ofHours(6);

    @Option(names = "--by-policy", description = "Obey ERRANT_POLICY, as the supervisor does; without this an operator's word goes over it.")
    private boolean byPolicy;

    @Option(names = "--dry-run", description = "Only say which step would be the next one.")
    private boolean dryRun;

    RebuildCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        Node node = wiring.node();
        Ports ports = wiring.ports();
        MysqlVersion version = Wiring.serverVersion();
        return runner(wiring)
                .run(new Rebuild(node, ports, wiring.snapshots(node, ports, version), wiring.evidence(), byPolicy, dryRun), LIMIT);
    }
}
