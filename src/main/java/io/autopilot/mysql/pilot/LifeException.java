package io.autopilot.mysql.pilot;

import java.util.List;

/** The description of the container's life can't be used; names everything that is wrong with it. */
public final class LifeException extends Exception {
    private static final long serialVersionUID = 1;

    private final List<String> problems;

    LifeException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    LifeException(String problem) {
        this(List.of(problem));
    }

    /** One line a problem. */
    public List<String> problems() {
        return problems;
    }
}
