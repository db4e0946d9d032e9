package io.autopilot.mysql.hook;

import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.Silence;
import io.autopilot.mysql.port.Ticker;
import java.time.Duration;
import java.util.Optional;

/**
 * What this node remembers of a time in which Consul did not answer: for a while afterwards checks are critical and sessions are gone of nodes
 * that live, and have not come to report yet.
 */
final class ConsulSilence {
    private final LocalState state;
    private final Ticker ticker;
    /** For which a check counts that nobody passes. */
    private final Duration lease;

    ConsulSilence(LocalState state, Ticker ticker, Duration lease) {
        this.state = state;
        this.ticker = ticker;
        this.lease = lease;
    }

    void begins() {
        if (state.silence().filter(silence -> silence.end().isEmpty()).isEmpty()) {
            state.writeSilence(new Silence(Optional.empty()));
        }
    }

    /** Consul answers; that it did not is remembered for a while. */
    void isOver() {
        Optional<Silence> silence = state.silence();
        if (silence.isPresent() && silence.get().end().isEmpty()) {
            state.writeSilence(new Silence(Optional.of(ticker.uptime())));
        } else if (silence.isPresent() && !hasJustEnded(silence.get())) {
            state.deleteSilence();
        }
    }

    /** A check that has run out says nothing of its node yet. */
    boolean hasJustEnded() {
        return state.silence().filter(this::hasJustEnded).isPresent();
    }

    private boolean hasJustEnded(Silence silence) {
        return silence.end().filter(end -> ticker.uptime().minus(end).compareTo(lease) < 0).isPresent();
    }
}
