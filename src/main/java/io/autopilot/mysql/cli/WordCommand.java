package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.Word;
import io.autopilot.mysql.hook.Say;
import io.autopilot.mysql.port.Deadline;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What the commands have in common by which an operator says something about changes of roles. */
abstract class WordCommand extends HookCommand {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int LONGEST_REASON = 500;

    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    WordCommand(Map<String, String> environment) {
        super(environment);
    }

    abstract Word word();

    boolean isDryRun() {
        return dryRun;
    }

    @Override
    int run(Wiring wiring) {
        // What is wrong with the command line is said before anybody is asked.
        Word word = word();
        Say say = new Say(wiring.node(), wiring.consul(), Clock.systemUTC(), word, dryRun);
        return tell(say.run(Deadline.after(LIMIT, wiring.ticker())));
    }

    /** What was given as a reason, fit to be one line of a log. */
    Optional<String> reason(@Nullable String given) {
        Optional<String> reason = Optional.ofNullable(given).map(String::strip).filter(text -> !text.isEmpty());
        if (reason.filter(text -> text.length() > LONGEST_REASON || text.chars().anyMatch(Character::isISOControl)).isPresent()) {
            throw wrong("--reason has to be one line of at most " + LONGEST_REASON + " characters");
        }
        return reason;
    }
}
