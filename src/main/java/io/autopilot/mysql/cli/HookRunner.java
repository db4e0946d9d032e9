package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.hook.Hook;
import io.autopilot.mysql.hook.Outcome;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.Subprocesses.SubprocessException;
import io.autopilot.mysql.port.Ticker;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs one hook within its time, says in one line how it went, and gives the exit code. */
final class HookRunner {
    private static final Logger LOG = LoggerFactory.getLogger(HookRunner.class);

    private final Ticker ticker;
    private final Duration launched;

    /** The time of a hook counts from its launch, as the supervisor counts it: on a busy machine a JVM takes seconds to start. */
    HookRunner(Ticker ticker, Duration launched) {
        this.ticker = ticker;
        this.launched = launched;
    }

    int run(Hook hook, Duration limit) {
        Duration began = ticker.uptime();
        Outcome outcome;
        try {
            outcome = hook.run(Deadline.at(launched.plus(limit), ticker));
        } catch (ConsulException | MysqlException | SubprocessException | UncheckedIOException e) {
            outcome = new Outcome(Outcome.Status.TRY_LATER, "Failed", new Reason(text(e)));
        }
        long took = ticker.uptime().minus(began).toMillis();
        String line = "decision={} reason=\"{}\" took={}ms";
        String reason = outcome.reason().text().replace('"', '\'');
        if ((outcome.isDone() && outcome.decision().equals("Serve")) || outcome.status() == Outcome.Status.NO) {
            LOG.debug(line, outcome.decision(), reason, took);
        } else if (outcome.status() == Outcome.Status.REFUSED) {
            LOG.error(line, outcome.decision(), reason, took);
        } else {
            LOG.info(line, outcome.decision(), reason, took);
        }
        return exitCode(outcome);
    }

    static int exitCode(Outcome outcome) {
        return switch (outcome.status()) {
            case DONE -> ExitCode.OK;
            case NO -> ExitCode.NO;
            case NOT_HEALTHY -> ExitCode.NOT_HEALTHY;
            case TRY_LATER -> ExitCode.TRY_LATER;
            case REFUSED -> ExitCode.CONFIGURATION;
        };
    }

    private static String text(RuntimeException e) {
        Throwable cause = e.getCause();
        return e.getMessage() + (cause == null ? "" : ": " + cause.getMessage());
    }
}
