package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.Word;
import java.util.Map;
import picocli.CommandLine.Command;

@Command(
        name = "failover",
        description = "Lets the failover go ahead that is due, whatever holds it back: FAILOVER=manual, a pause, or failovers shortly before."
                + " The nodes elect the new primary as ever, with their next health run. 69: none is due.")
final class FailoverCommand extends WordCommand {
    FailoverCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    Word word() {
        return new Word.Failover();
    }
}
