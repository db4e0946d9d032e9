package io.autopilot.mysql.core;

import java.util.List;

/** Whether a switchover may begin, and to which node; with what speaks for and against each node. */
public sealed interface SwitchoverDecision {
    Reason reason();

    /** Every node but the primary, the best one first. */
    List<Verdict> verdicts();

    /** Hand over to that node; {@link #verdicts} begins with it. */
    record HandOverTo(Verdict target, Reason reason, List<Verdict> verdicts) implements SwitchoverDecision {}

    /** The node that was named is the primary. */
    record NothingToDo(Reason reason, List<Verdict> verdicts) implements SwitchoverDecision {}

    /** No node may be handed over to now, or not the one that was named. */
    record Refuse(Reason reason, List<Verdict> verdicts) implements SwitchoverDecision {}

    /** There is no node of the name that was given. */
    record UnknownNode(Reason reason, List<Verdict> verdicts) implements SwitchoverDecision {}

    /**
     * What speaks for and against one node; it may be handed over to when nothing speaks against it.
     *
     * @param missing how many transactions it lacked of those that the primary had when it was asked
     */
    record Verdict(String node, Address address, long missing, List<Reason> pro, List<Reason> against) {
        public Verdict {
            pro = List.copyOf(pro);
            against = List.copyOf(against);
        }

        public boolean fit() {
            return against.isEmpty();
        }
    }
}
