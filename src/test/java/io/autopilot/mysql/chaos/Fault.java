package io.autopilot.mysql.chaos;

/**
 * Something that breaks in a cluster of three.
 *
 * @param name as FAULTS names it
 * @param title as the report names it
 * @param smallDisks whether the nodes' data has to be on file systems that can be filled up
 * @param strike breaks it, and mends at once what mends by itself in real life: a frozen machine wakes up, a Consul server is started again
 * @param heal what an operator does afterwards; also when the strike or the cluster has failed
 */
record Fault(String name, String title, boolean smallDisks, Act strike, Act heal) {

    /** One half of a fault. */
    interface Act {
        void on(Scene scene);
    }

    static Fault of(String name, String title, Act strike, Act heal) {
        return new Fault(name, title, false, strike, heal);
    }
}
