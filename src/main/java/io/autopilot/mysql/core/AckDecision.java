package io.autopilot.mysql.core;

import java.util.Set;

/** The next step towards the right A and W (protocol P1). */
public sealed interface AckDecision {
    Reason reason();

    /** What is promised is what is wanted and what the server does. */
    record Keep(Reason reason) implements AckDecision {}

    /** Nothing can be done now. */
    record Wait(Reason reason) implements AckDecision {}

    /** Publish a promise that gets no weaker by this: more members, as many acknowledgements. */
    record Admit(Durability published, Reason reason) implements AckDecision {}

    /** Publish what the promise is to become; the server's settings follow later. */
    record Announce(Durability published, Reason reason) implements AckDecision {}

    /**
     * Cut off who must not acknowledge any more, make the server ask for as many acknowledgements, commit a row under that (the barrier); then
     * publish.
     *
     * @param entry what the server is to do
     * @param cutOff server uuids
     */
    record Complete(Durability.Entry entry, Set<String> cutOff, Durability published, Reason reason) implements AckDecision {}
}
