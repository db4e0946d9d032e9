package io.autopilot.mysql.core;

import java.util.Set;

/**
 * What is left of the connections to a primary from which a replica receives nothing any more.
 *
 * @param primaryAnswers whether the primary's server answers this node
 * @param connected the other nodes that still receive from it
 * @param disconnected those that don't
 */
public record Links(boolean primaryAnswers, Set<String> connected, Set<String> disconnected) {
    public Links {
        connected = Set.copyOf(connected);
        disconnected = Set.copyOf(disconnected);
    }

    /** Nobody who can be asked sees it any more, and that isn't this node alone, which may have lost its own network. */
    public boolean agreeThatItIsLost() {
        return !primaryAnswers && connected.isEmpty() && !disconnected.isEmpty();
    }
}
