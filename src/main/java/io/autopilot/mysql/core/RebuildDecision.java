package io.autopilot.mysql.core;

/** What is done next with a node that can't follow; one case an action. */
public sealed interface RebuildDecision {
    Reason reason();

    /** There is nothing to rebuild. */
    record Nothing(Reason reason) implements RebuildDecision {}

    /** It can't be decided or done now; a later run may. */
    record Wait(Reason reason) implements RebuildDecision {}

    /** The receiver is stopped, so that the primary does without this server's acknowledgements. */
    record StopReceiving(Reason reason) implements RebuildDecision {}

    /** The node stays out with its data until somebody does something about it. */
    record KeepOut(Reason reason) implements RebuildDecision {}

    /** Copy the binary logs with the errant transactions into the archive (G4). */
    record Archive(Reason reason) implements RebuildDecision {}

    /** No snapshot will do: have a new one taken. */
    record AskForSnapshot(Reason reason) implements RebuildDecision {}

    /** Give the data directory up: from then on no server starts on it. */
    record GiveUpData(Reason reason) implements RebuildDecision {}

    /** The directory is given up: stop the server; what starts it next has the data made anew. */
    record StopServer(Reason reason) implements RebuildDecision {}
}
