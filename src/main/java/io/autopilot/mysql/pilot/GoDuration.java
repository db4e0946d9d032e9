package io.autopilot.mysql.pilot;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go's time.ParseDuration reads them, and bare numbers, which are seconds; none is negative. */
final class GoDuration {
    private static final Map<String, Long> NANOS = Map.of(
            "ns", 1L, "us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);
    private static final Pattern PIECE = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)(ns|us|ms|s|m|h)");
    private static final Pattern WHOLE = Pattern.compile("(?:" + PIECE.pattern() + ")+");

    private GoDuration() {}

    static Optional<Duration> read(String text) {
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        if (!WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher piece = PIECE.matcher(text);
        while (piece.find()) {
            nanos = nanos.add(new BigDecimal(piece.group(1)).multiply(BigDecimal.valueOf(NANOS.getOrDefault(piece.group(2), 0L))));
        }
        return Optional.of(Duration.ofNanos(nanos.setScale(0, RoundingMode.DOWN).min(BigDecimal.valueOf(Long.MAX_VALUE)).longValue()));
    }
}
