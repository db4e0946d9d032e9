package io.autopilot.mysql.adapter.store;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An HTTP status by which a server says that it can't right now. */
final class BusyException extends IOException {
    private static final long serialVersionUID = 1L;
    private static final Pattern SECONDS = Pattern.compile("\\d{1,6}");
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int INTERNAL_ERROR = 500;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int NO_ROOM = 507;

    private final @Nullable Duration retryAfter;

    BusyException(int status, String said, Optional<Duration> retryAfter) {
        super("it answered " + status + (said.isBlank() ? "" : " (" + said.strip() + ")"));
        this.retryAfter = retryAfter.orElse(null);
    }

    Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    static boolean isBusy(int status) {
        return status == REQUEST_TIMEOUT
                || status == TOO_MANY_REQUESTS
                || (status >= INTERNAL_ERROR && status != NOT_IMPLEMENTED && status != NO_ROOM);
    }

    /** What a Retry-After header says (RFC 9110, 10.2.3): seconds, or a time. */
    static Optional<Duration> retryAfter(@Nullable String header, Instant now) {
        if (header == null) {
            return Optional.empty();
        }
        String text = header.strip();
        if (SECONDS.matcher(text).matches()) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Duration until = Duration.between(now, ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
            return Optional.of(until).filter(wait -> !wait.isNegative());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
