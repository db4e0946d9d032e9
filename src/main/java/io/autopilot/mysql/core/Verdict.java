package io.autopilot.mysql.core;

/**
 * What speaks for or against one node as the next primary, as an election saw it.
 *
 * @param reason in words
 */
public record Verdict(String node, Standing standing, Reason reason) {
    /** From what makes a primary down to what doesn't even count. */
    public enum Standing {
        /** Has all that any other node has, and may be promoted. */
        FIT,
        /** Lacks something that another node has. */
        BEHIND,
        /** Its transactions count, and it must not be promoted. */
        BARRED,
        /** Has transactions that are not the cluster's. */
        ERRANT,
        /** Could not be asked, or was left out. */
        OUT
    }
}
