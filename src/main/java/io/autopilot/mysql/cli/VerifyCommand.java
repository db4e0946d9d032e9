package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.hook.Archives;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.SnapshotLock;
import io.autopilot.mysql.hook.Verify;
import io.autopilot.mysql.port.ScratchServer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = "Proves a snapshot: restores it beside this node's data, starts a server without network on it, compares its GTIDs, checks every table"
                + " and asks VERIFY_SQL. 69: it is no good, 75: another node is verifying one, 78: it can't be restored here.")
final class VerifyCommand extends HookCommand {
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration LIMIT = Duration.ofHours(24);

    @Parameters(paramLabel = "ID", arity = "0..1", description = "As manage snapshots shows it, or latest; default: ${DEFAULT-VALUE}", defaultValue = SnapshotArgument.LATEST)
    private String id = SnapshotArgument.LATEST;

    @Option(names = "--if-due", description = "Only when VERIFY_TTL has run out and it is this node's turn.")
    private boolean ifDue;

    @Option(names = SnapshotCommand.IS_DUE, description = "Verifies none: 0 when --if-due would verify one now, 1 when not.")
    private boolean isDue;

    VerifyCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        Node node = wiring.node();
        Ports ports = wiring.ports();
        if (isDue) {
            return runner(wiring).run(Verify.question(node, ports), ANSWER);
        }
        Optional<SnapshotId> wanted = SnapshotArgument.read(id, this::wrong);
        Optional<ScratchServer> scratch = wiring.scratch();
        if (scratch.isEmpty()) {
            return cannot("this container has too little memory for a second server, which takes 160 MB; verify on another node");
        }
        MysqlVersion version = Wiring.serverVersion();
        Archives archives = wiring.archives();
        SnapshotLock lock = SnapshotLock.forDrills(node, ports.consul(), wiring.repeater(), wiring.ticker());
        Verify.Parts parts = new Verify.Parts(archives, wiring.restorer(archives, version), wiring.volume(), scratch.get(), version);
        return runner(wiring).run(new Verify(node, ports, lock, parts, new Verify.Order(wanted, ifDue)), LIMIT);
    }
}
