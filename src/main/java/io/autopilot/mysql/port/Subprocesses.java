package io.autopilot.mysql.port;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

/** Runs programs. Nothing else in this project starts a process. */
public interface Subprocesses {
    /**
     * Runs a program to its end and streams its standard output. At the deadline it is killed with all its descendants.
     *
     * <p>When the input or the output throws, the program is killed and the exception passed on; an input that could not be delivered
     * because the program stopped reading is no such failure: the exit status tells.
     *
     * @param command the program and its arguments, never a shell's line; no secrets, since every user of the machine sees them
     * @throws SubprocessException when the program can't be started or was killed at the deadline
     * @throws IOException thrown by the input or the output
     */
    Exit run(List<String> command, Input stdin, Output stdout, Deadline deadline) throws IOException;

    /** Writes a program's standard input, which is closed afterwards. */
    interface Input {
        /** Nothing to read: standard input is closed from the start. */
        Input NONE = stdin -> {};

        void writeTo(OutputStream stdin) throws IOException;
    }

    /** Reads a program's standard output; what it leaves unread is thrown away. */
    interface Output {
        /** Nobody wants it. */
        Output IGNORED = stdout -> {};

        void readFrom(InputStream stdout) throws IOException;
    }

    /**
     * How a program ended. Its output counts for nothing before the status was checked.
     *
     * @param status the exit status, 128 and the number for a signal
     * @param lastLines the end of standard error, without empty lines
     */
    record Exit(int status, List<String> lastLines) {
        public Exit {
            lastLines = List.copyOf(lastLines);
        }

        /** The last thing it said; empty when it said nothing. */
        public String lastLine() {
            return lastLines.isEmpty() ? "" : lastLines.getLast();
        }

        /** For messages: the status, and the end of what was said. */
        @Override
        public String toString() {
            return "status " + status + (lastLines.isEmpty() ? "" : ": " + String.join(" | ", lastLines));
        }
    }

    /** A program could not be started or did not end in time; the message names the program, never its arguments. */
    final class SubprocessException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public SubprocessException(String message, Throwable cause) {
            super(message, cause);
        }

        public SubprocessException(String message) {
            super(message);
        }
    }
}
