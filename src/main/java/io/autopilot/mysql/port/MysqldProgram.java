package io.autopilot.mysql.port;

import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import java.nio.file.Path;

/** The server program of this container, as against a server that answers. */
public interface MysqldProgram {
    /** What {@code mysqld --version} says. */
    MysqlVersion version();

    /**
     * Makes a new, empty data directory that only root can log in to, from this machine and without a password.
     *
     * @param directory an existing, empty directory
     * @throws Subprocesses.SubprocessException when the program failed; the message has the end of its log
     */
    void initialise(Path directory, Deadline deadline);

    /** SIGKILL, if that run still runs; returns without waiting. */
    void kill(MysqldStart start);

    /** SIGTERM to mysqld itself, for servers that know no SHUTDOWN statement; only after a fence. */
    void terminate(MysqldStart start);
}
