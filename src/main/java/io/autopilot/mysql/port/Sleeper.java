package io.autopilot.mysql.port;

import java.time.Duration;

/** Lets time pass; virtual in tests. */
public interface Sleeper {
    /** Returns after the duration; an interrupt ends it early and stays set. */
    void sleep(Duration duration);
}
