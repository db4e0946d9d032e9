package io.autopilot.mysql.config;

import org.jspecify.annotations.Nullable;

/** A value that is never printed (G8). */
public final class Secret {
    private final String value;

    public Secret(String value) {
        this.value = value;
    }

    /** The value itself, for the one place that hands it to a server. */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret secret && value.equals(secret.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "[REDACTED]";
    }
}
