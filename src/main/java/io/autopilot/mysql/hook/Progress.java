package io.autopilot.mysql.hook;

import io.autopilot.mysql.port.Ticker;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** How far a stream has come, told now and then. Thread-safe. */
public final class Progress {
    private static final long MEGABYTE = 1_000_000;

    private final Ticker ticker;
    private final Duration every;
    private final Consumer<Report> listener;
    private final long expected;
    private final Duration began;
    private long read;
    private long stored;
    private Duration told;

    /**
     * @param expected bytes of the whole stream, about; 0 when nobody knows
     * @param every at most once in that time is it told
     */
    public Progress(long expected, Ticker ticker, Duration every, Consumer<Report> listener) {
        this.expected = expected;
        this.ticker = ticker;
        this.every = every;
        this.listener = listener;
        this.began = ticker.uptime();
        this.told = began;
    }

    /**
     * How far it is.
     *
     * @param read bytes of the stream so far
     * @param stored bytes that the store has
     * @param left time until the end at this rate; empty when the length isn't known, or was guessed too small
     */
    public record Report(long read, long stored, long expected, Duration took, Optional<Duration> left) {
        /** Bytes of the stream a second. */
        public long rate() {
            return took.isZero() ? 0 : Math.round(read * 1e9 / took.toNanos());
        }

        @Override
        public String toString() {
            return read / MEGABYTE + (expected > 0 ? " of about " + expected / MEGABYTE : "") + " MB read, " + stored / MEGABYTE + " MB stored, "
                    + rate() / MEGABYTE + " MB/s" + left.map(time -> ", " + time.toSeconds() + " s left").orElse("");
        }
    }

    void read(long bytes) {
        moved(bytes, 0);
    }

    void stored(long bytes) {
        moved(0, bytes);
    }

    private void moved(long more, long moreStored) {
        Report report;
        synchronized (this) {
            read += more;
            stored += moreStored;
            Duration now = ticker.uptime();
            if (now.minus(told).compareTo(every) < 0) {
                return;
            }
            told = now;
            report = report(now.minus(began));
        }
        listener.accept(report);
    }

    private Report report(Duration took) {
        Optional<Duration> left = read > 0 && expected > read
                ? Optional.of(Duration.ofNanos(Math.round((double) took.toNanos() / read * (expected - read))))
                : Optional.empty();
        return new Report(read, stored, expected, took, left);
    }
}
