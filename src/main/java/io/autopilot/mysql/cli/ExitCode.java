package io.autopilot.mysql.cli;

/** The exit codes of {@code manage}; numbers as in sysexits(3). */
public final class ExitCode {
    /** Done, or nothing to do. */
    public static final int OK = 0;

    /** The answer to a question is no. */
    public static final int NO = 1;

    /** The command line is wrong. */
    public static final int USAGE = 64;

    /** The node can't serve its role now. */
    public static final int NOT_HEALTHY = 69;

    /** A defect of this program; the only case with a stack trace. */
    public static final int BUG = 70;

    /** Something isn't ready: try again later. */
    public static final int TRY_LATER = 75;

    /** The configuration is wrong; trying again won't help. */
    public static final int CONFIGURATION = 78;

    private ExitCode() {}
}
