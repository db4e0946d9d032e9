package io.autopilot.mysql.simulate;

/** Ends a hook as SIGKILL does: nothing of it does anything any more. No code catches it. */
public final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    public Killed() {
        super("killed", null, false, false);
    }
}
