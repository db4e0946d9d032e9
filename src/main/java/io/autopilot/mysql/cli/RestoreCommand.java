package io.autopilot.mysql.cli;

import io.autopilot.mysql.adapter.disk.LocalDisk;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.hook.Archives;
import io.autopilot.mysql.hook.RestoreInto;
import io.autopilot.mysql.port.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "restore",
        description = "Makes a data directory of a snapshot, for a server that is no node of this cluster; needs no Consul. A cluster that has lost all its"
                + " nodes begins anew by BOOTSTRAP_FROM.")
final class RestoreCommand extends HookCommand {
    private static final Duration LIMIT = Duration.ofHours(24);

    @Option(names = "--snapshot", paramLabel = "ID", description = "As manage snapshots shows it, or latest; default: ${DEFAULT-VALUE}", defaultValue = SnapshotArgument.LATEST)
    private String id = SnapshotArgument.LATEST;

    @Option(names = "--into", required = true, paramLabel = "DIR", description = "An existing, empty directory; its owner gets all files.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before any use
    private Path into;

    @Option(names = "--dry-run", description = "Only say which snapshot it would be, and what is in the way.")
    private boolean dryRun;

    RestoreCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        Optional<SnapshotId> wanted = SnapshotArgument.read(id, this::wrong);
        MysqlVersion version = Wiring.serverVersion();
        Archives archives = wiring.archives();
        RestoreInto restore = new RestoreInto(archives, wiring.restorer(archives, version), new LocalDisk(), version);
        return tell(restore.run(wanted, into.toAbsolutePath().normalize(), dryRun, Deadline.after(LIMIT, wiring.ticker())));
    }
}
