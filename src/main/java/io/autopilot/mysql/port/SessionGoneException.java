package io.autopilot.mysql.port;

import org.jspecify.annotations.Nullable;

/** The session that was to hold a lock no longer lives: make a new one. */
public final class SessionGoneException extends ConsulException {
    private static final long serialVersionUID = 1L;

    public SessionGoneException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
