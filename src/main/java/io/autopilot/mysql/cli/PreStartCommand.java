package io.autopilot.mysql.cli;

import io.autopilot.mysql.adapter.time.ThreadSleeper;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.hook.Node;
import io.autopilot.mysql.hook.Ports;
import io.autopilot.mysql.hook.PreStart;
import io.autopilot.mysql.hook.Snapshots;
import io.autopilot.mysql.hook.Waiting;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "preStart",
        description = "Makes the data directory ready for mysqld: uses it, restores the newest snapshot, founds the cluster, waits, or"
                + " refuses with the reason. 75: not yet, try again.")
final class PreStartCommand extends HookCommand {
    /** A large snapshot takes its time; waiting for the first one of a cluster is tried again by the supervisor. */
    private static final Duration LIMIT = Duration.ofHours(12);

    PreStartCommand(Map<String, String> environment) {
        super(environment);
    }

    @Option(names = "--check", description = "Only check the configuration. 78: it is wrong, and all that is wrong was said.")
    private boolean check;

    private Optional<MysqlVersion> server = Optional.empty();

    @Override
    Optional<MysqlVersion> version() {
        server = server.or(() -> Optional.of(Wiring.serverVersion()));
        return server;
    }

    @Override
    int run(Wiring wiring) {
        if (check) {
            return ExitCode.OK;
        }
        // A supervisor that tries again would say it each time.
        Waiting waiting = new Waiting(new ThreadSleeper());
        return runner(wiring).run(
                deadline -> waiting.until(deadline, () -> {
                            wiring.determineAddress();
                            return Optional.of(preStart(wiring));
                        })
                        .map(hook -> hook.run(deadline))
                        .orElseGet(waiting::tooLong),
                LIMIT);
    }

    private PreStart preStart(Wiring wiring) {
        Node node = wiring.node();
        Ports ports = wiring.ports();
        MysqlVersion version = version().orElseThrow();
        Snapshots snapshots = wiring.snapshots(node, ports, version);
        return new PreStart(
                node,
                ports,
                wiring.volume(),
                snapshots,
                () -> wiring.serverConfiguration(version),
                () -> UUID.randomUUID().toString());
    }
}
