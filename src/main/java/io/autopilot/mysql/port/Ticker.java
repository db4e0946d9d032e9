package io.autopilot.mysql.port;

import java.time.Duration;

/** A clock that only goes forward, shared by all processes of one boot (CLOCK_BOOTTIME), so that deadlines outlive a hook. */
public interface Ticker {
    /** Time since boot, suspended time included. */
    Duration uptime();

    /** Differs after every boot of the machine. */
    String bootId();
}
