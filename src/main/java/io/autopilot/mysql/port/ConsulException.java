package io.autopilot.mysql.port;

import org.jspecify.annotations.Nullable;

/** Consul could not be reached in time or answered with an error; the message names the operation and the address. */
public class ConsulException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ConsulException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
