package io.autopilot.mysql.hook;

import io.autopilot.mysql.port.Deadline;

/** One moment of a container's life. Safe to kill at any instruction and to run again (G6). Not thread-safe. */
public interface Hook {
    Outcome run(Deadline deadline);
}
