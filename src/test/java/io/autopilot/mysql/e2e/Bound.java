package io.autopilot.mysql.e2e;

import java.time.Duration;
import java.util.Optional;

/** A time that began when it was made. */
record Bound(Duration length, long began) {
    Bound(Duration length) {
        this(length, System.nanoTime());
    }

    Duration left() {
        return length.minusNanos(System.nanoTime() - began);
    }

    Optional<Boolean> over() {
        return left().isNegative() ? Optional.of(true) : Optional.empty();
    }
}
