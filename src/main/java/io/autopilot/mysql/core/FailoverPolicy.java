package io.autopilot.mysql.core;

import java.time.Duration;

/**
 * When a failover happens by itself (docs/decisions/0011).
 *
 * @param automatic false: each one waits for an operator's word
 * @param window for how long a failover holds the next one back; zero: never
 * @param steady a failover whose primary has lived for so long holds nothing back any more; zero: it does all the same
 */
public record FailoverPolicy(boolean automatic, Duration window, Duration steady) {
    boolean isSteady(Duration life) {
        return steady.isPositive() && life.compareTo(steady) >= 0;
    }
}
