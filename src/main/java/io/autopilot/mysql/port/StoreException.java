package io.autopilot.mysql.port;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A snapshot store could not be reached or refused; the message names the operation, the object and the place. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean isTransient;
    private final @Nullable Duration retryAfter;

    /** One that the same call would meet again. */
    public StoreException(String message, @Nullable Throwable cause) {
        this(message, cause, false, null);
    }

    private StoreException(String message, @Nullable Throwable cause, boolean isTransient, @Nullable Duration retryAfter) {
        super(message, cause);
        this.isTransient = isTransient;
        this.retryAfter = retryAfter;
    }

    /**
     * One that another try may not meet: the store is busy, or the way to it is disturbed.
     *
     * @param retryAfter what the store asks to wait first, if it said so
     */
    public static StoreException passing(String message, @Nullable Throwable cause, Optional<Duration> retryAfter) {
        return new StoreException(message, cause, true, retryAfter.orElse(null));
    }

    /** Whether it may go well the next time. */
    public boolean isTransient() {
        return isTransient;
    }

    /** How long the store asks to be left alone. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** The same, with more said at the end of its message. */
    public StoreException with(String more) {
        return new StoreException(getMessage() + more, this, isTransient, retryAfter);
    }
}
