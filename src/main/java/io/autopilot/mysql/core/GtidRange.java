package io.autopilot.mysql.core;

/** What is known of the transactions that a snapshot holds. */
public sealed interface GtidRange {
    /** Every transaction that is certainly in it. */
    GtidSet atLeast();

    /** Every transaction that may be in it. */
    GtidSet atMost();

    /** Just these. */
    record Exact(GtidSet set) implements GtidRange {
        @Override
        public GtidSet atLeast() {
            return set;
        }

        @Override
        public GtidSet atMost() {
            return set;
        }

        @Override
        public String toString() {
            return set.toString();
        }
    }

    /** All of the lower set and some of what the upper one has beyond it: the restored server knows which. */
    record Between(GtidSet atLeast, GtidSet atMost) implements GtidRange {
        @Override
        public String toString() {
            return "at least " + atLeast + ", at most " + atMost;
        }
    }
}
