package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.Word;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "resume",
        description = "Ends a pause; with --node, the maintenance of that node. A failover that is due then happens with the next health run.")
final class ResumeCommand extends WordCommand {
    @Option(names = "--node", paramLabel = "NODE", description = "The node whose maintenance ends.")
    private @Nullable String node;

    ResumeCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    Word word() {
        return node == null ? new Word.Resume() : new Word.Return(node);
    }
}
