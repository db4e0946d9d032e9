package io.autopilot.mysql.config;

/** Something wrong with the configuration: the variable, what is wrong and what to do. Never holds a secret. */
public record Problem(String variable, String text) {
    @Override
    public String toString() {
        return variable + ": " + text;
    }
}
