package io.autopilot.mysql.port;

import org.jspecify.annotations.Nullable;

/** A snapshot store could not be reached or refused; the message names the operation, the object and the place. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
