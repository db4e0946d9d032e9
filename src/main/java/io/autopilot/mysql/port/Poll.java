package io.autopilot.mysql.port;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Asks again and again until there is an answer or the deadline has passed. */
public final class Poll {
    private final Sleeper sleeper;

    public Poll(Sleeper sleeper) {
        this.sleeper = sleeper;
    }

    /** Empty when the deadline came first; the question is asked at least once. */
    public <T> Optional<T> until(Deadline deadline, Duration pause, Supplier<Optional<T>> question) {
        while (true) {
            Optional<T> answer = question.get();
            if (answer.isPresent() || deadline.remaining().compareTo(pause) < 0 || Thread.currentThread().isInterrupted()) {
                return answer;
            }
            sleeper.sleep(pause);
        }
    }
}
