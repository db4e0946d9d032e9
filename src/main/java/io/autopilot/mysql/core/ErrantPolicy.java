package io.autopilot.mysql.core;

/** What becomes of a node with errant transactions once they are archived. */
public enum ErrantPolicy {
    /** Its data directory is discarded, and the node is made anew of a snapshot. */
    REBUILD,
    /** It stays out of service with its data, until an operator says more. */
    STOP
}
