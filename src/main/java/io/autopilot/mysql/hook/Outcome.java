package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Reason;

/**
 * How a run of a hook ended.
 *
 * @param decision what was decided, one word, as the log shows it
 */
public record Outcome(Status status, String decision, Reason reason) {
    /** What the caller should make of it; each has an exit code. */
    public enum Status {
        DONE,
        /** The answer to a question. */
        NO,
        NOT_HEALTHY,
        TRY_LATER,
        REFUSED
    }

    static Outcome done(Object decision, Reason reason) {
        return new Outcome(Status.DONE, word(decision), reason);
    }

    static Outcome no(Object decision, Reason reason) {
        return new Outcome(Status.NO, word(decision), reason);
    }

    static Outcome notHealthy(Object decision, Reason reason) {
        return new Outcome(Status.NOT_HEALTHY, word(decision), reason);
    }

    static Outcome tryLater(Object decision, Reason reason) {
        return new Outcome(Status.TRY_LATER, word(decision), reason);
    }

    static Outcome refused(Object decision, Reason reason) {
        return new Outcome(Status.REFUSED, word(decision), reason);
    }

    public boolean isDone() {
        return status == Status.DONE;
    }

    private static String word(Object decision) {
        return decision instanceof String text ? text : decision.getClass().getSimpleName();
    }
}
