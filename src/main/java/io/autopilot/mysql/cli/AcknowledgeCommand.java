package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.Word;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "acknowledge",
        description = "The failovers so far are known: they don't hold back the next one any more (FAILOVER_WINDOW).")
final class AcknowledgeCommand extends WordCommand {
    AcknowledgeCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    Word word() {
        return new Word.Acknowledge();
    }
}
