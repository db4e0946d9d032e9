package io.autopilot.mysql.pilot;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;

/** Starts programs. Safe for several threads. */
public interface Launcher {
    /**
     * Starts a program in a process group of its own, with an empty standard input and this process's output.
     *
     * @throws IOException when it can't be started
     */
    Run start(List<String> command, Map<String, String> environment) throws IOException;

    /** A program that was started. */
    interface Run {
        long pid();

        /** Calls back once, on any thread, with the exit status; 128+n after signal n. */
        void onExit(IntConsumer listener);

        /** SIGTERM to the whole process group, also when its first process has ended. */
        void terminate();

        /** SIGKILL to the whole process group and to every descendant, also one in a group of its own. */
        void kill();
    }
}
