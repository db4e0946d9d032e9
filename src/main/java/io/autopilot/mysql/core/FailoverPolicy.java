package io.autopilot.mysql.core;

import java.time.Duration;

/**
 * When a failover happens by itself (docs/decisions/0011).
 *
 * @param automatic false: each one waits for an operator's word
 * @param window for how long a failover counts against the next ones; zero: never
 * @param steady how long a primary has to have lived for what was before it not to count any more
 */
public record FailoverPolicy(boolean automatic, Duration window, Duration steady) {}
