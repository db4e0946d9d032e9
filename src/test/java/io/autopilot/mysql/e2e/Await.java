package io.autopilot.mysql.e2e;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** The one place where the end-to-end tests wait. */
final class Await {
    private static final Duration PAUSE = Duration.ofMillis(200);

    private Await() {}

    /**
     * Asks until there is an answer.
     *
     * @param log for the message when there is none in time
     */
    static <T> T until(String what, Duration bound, Supplier<Optional<T>> question, Supplier<String> log) {
        return until(what, bound, PAUSE, question, log);
    }

    /** The same for a question that costs the machine much. */
    static <T> T seldom(String what, Duration bound, Supplier<Optional<T>> question, Supplier<String> log) {
        return until(what, bound, PAUSE.multipliedBy(4), question, log);
    }

    private static <T> T until(String what, Duration bound, Duration pause, Supplier<Optional<T>> question, Supplier<String> log) {
        long end = System.nanoTime() + bound.toNanos();
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent()) {
                return answer.get();
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("no " + what + " within " + bound + "; the log:\n" + log.get());
            }
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }
}
