package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.Drill;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.hook.Drills;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.Prune;
import io.autopilot.mysql.hook.Pruning;
import io.autopilot.mysql.hook.SnapshotCatalogue;
import io.autopilot.mysql.hook.SnapshotCatalogue.Entry;
import io.autopilot.mysql.hook.SnapshotLock;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "snapshots",
        description = "Lists what the store holds, the newest first, and what is wrong with it as far as can be seen without reading it all; or removes"
                + " what SNAPSHOT_KEEP, SNAPSHOT_KEEP_FOR and SNAPSHOT_KEEP_LEAST don't keep.")
final class SnapshotsCommand extends HookCommand {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Option(names = "--output", paramLabel = "FORMAT", description = "table or json; default: ${DEFAULT-VALUE}", defaultValue = "table")
    private Output output = Output.table;

    @Option(names = "--prune", description = "Remove those that have had their time. 75: a snapshot is being taken.")
    private boolean prune;

    @Option(names = "--dry-run", description = "With --prune: only say which, and why.")
    private boolean dryRun;

    SnapshotsCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    int run(Wiring wiring) {
        if (dryRun && !prune) {
            throw wrong("--dry-run goes with --prune");
        }
        return prune ? prune(wiring) : list(wiring);
    }

    private int prune(Wiring wiring) {
        Node node = wiring.node();
        Ports ports = wiring.ports();
        SnapshotLock lock = new SnapshotLock(node, ports.consul(), wiring.repeater(), wiring.ticker());
        Pruning pruning = new Pruning(wiring.archives(), node.settings().snapshots().retention());
        return tell(new Prune(node, ports, lock, pruning, dryRun).run(Deadline.after(LIMIT, wiring.ticker())));
    }

    private int list(Wiring wiring) {
        try {
            Deadline deadline = Deadline.after(LIMIT, wiring.ticker());
            List<Entry> entries = new SnapshotCatalogue(wiring.archives()).read(deadline);
            Map<SnapshotId, Drill> drills = new Drills(wiring.store()).last(deadline);
            out().println(
                    switch (output) {
                        case table -> SnapshotsText.table(entries, drills, Instant.now());
                        case json -> SnapshotsText.json(entries, drills);
                    });
            out().flush();
            return ExitCode.OK;
        } catch (StoreException e) {
            return failed(String.valueOf(e.getMessage()));
        }
    }
}
