package io.autopilot.mysql.search;

import io.autopilot.mysql.simulate.Scheduler;
import java.time.Duration;

/** Time passes only while a hook waits, and is set back afterwards: an action takes none, but what it waited for has come or not. */
final class SearchClock extends Scheduler {
    @Override
    public void sleep(Duration duration) {
        Process.current().sleep(duration);
    }
}
