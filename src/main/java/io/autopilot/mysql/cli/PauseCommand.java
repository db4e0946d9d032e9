package io.autopilot.mysql.cli;

import io.autopilot.mysql.config.Durations;
import io.autopilot.mysql.core.Word;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "pause",
        description = "No role changes by itself from now on: no failover, no hand-over when a primary is stopped. Who writes goes on writing,"
                + " who replicates goes on replicating, and who may not write is still fenced. With --node: maintenance of that node, which"
                + " replicates but neither serves readers nor takes over. Said again, it changes reason and end.")
final class PauseCommand extends WordCommand {
    private static final Duration LONGEST = Duration.ofDays(365);

    @Option(names = "--reason", paramLabel = "TEXT", description = "Told in the status and in the logs.")
    private @Nullable String reason;

    @Option(names = "--for", paramLabel = "DURATION", description = "Such as 30m or 2h; default: until manage resume.")
    private @Nullable String length;

    @Option(names = "--node", paramLabel = "NODE", description = "Only this node; its name is its container's host name.")
    private @Nullable String node;

    PauseCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    Word word() {
        if (node == null) {
            return new Word.Pause(reason(reason), length());
        }
        if (length != null) {
            throw wrong("--for is for a pause of the whole cluster; maintenance of a node ends with 'manage resume --node " + node + "'");
        }
        return new Word.Maintain(node, reason(reason));
    }

    private Optional<Duration> length() {
        if (length == null) {
            return Optional.empty();
        }
        Optional<Duration> read = Durations.read(length);
        if (read.filter(d -> d.compareTo(Duration.ofSeconds(1)) >= 0 && d.compareTo(LONGEST) <= 0).isEmpty()) {
            throw wrong("'" + length + "' is no duration from 1s to " + LONGEST.toDays() + "d; write for example 30m or 2h");
        }
        return read;
    }
}
