package io.autopilot.mysql.core;

/** Why something was decided, in words for the log, {@code status} and the tests: the same text in all three. */
public record Reason(String text) {
    @Override
    public String toString() {
        return text;
    }
}
