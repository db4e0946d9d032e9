package io.autopilot.mysql.port;

import org.jspecify.annotations.Nullable;

/** A snapshot could not be taken or restored; the message names the step and what the tool said, never a secret. */
public final class SnapshotException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SnapshotException(String message) {
        super(message);
    }

    public SnapshotException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
