package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.Word;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "failover",
        description = "Lets the failover go ahead that is due, whatever holds it back: FAILOVER=manual, a pause, or failovers shortly before."
                + " The nodes elect the new primary as ever, with their next health run. 69: none is due.")
final class FailoverCommand extends WordCommand {
    @Option(
            names = "--force-members",
            description = "Also when those are gone who may have acknowledged the last writes; needs --accept-loss, unless with --dry-run,"
                    + " which says what may be lost.")
    private boolean forceMembers;

    @Option(names = "--accept-loss", description = "Writes that clients were told are safe may be lost.")
    private boolean acceptLoss;

    FailoverCommand(Map<String, String> environment) {
        super(environment);
    }

    @Override
    Word word() {
        if (forceMembers && !acceptLoss && !isDryRun()) {
            throw wrong("--force-members may lose writes that were acknowledged: see --dry-run, then say --accept-loss");
        }
        if (acceptLoss && !forceMembers) {
            throw wrong("--accept-loss means nothing without --force-members");
        }
        return new Word.Failover(forceMembers);
    }
}
