package io.autopilot.mysql.core;

import java.time.Duration;
import java.util.Optional;

/**
 * The value of the switchover key: what a node has asked the primary to do. It counts for as long as the session lives that holds the key.
 *
 * @param id drawn by the one who asks
 * @param by the node where it was asked for
 * @param to the target; empty for the best one
 * @param writeStop how long writes may stop at most
 * @param answer empty until the primary has dealt with it
 */
public record SwitchoverRequest(String id, String by, Optional<String> to, Duration writeStop, Optional<Answer> answer) {
    /**
     * What the primary did.
     *
     * @param node the primary that was asked
     * @param status {@code taken} while it is at work, then how it ended: an outcome's status in small letters
     */
    public record Answer(String node, String status, String decision, Reason reason) {}

    /** The same with that answer. */
    public SwitchoverRequest answered(Answer now) {
        return new SwitchoverRequest(id, by, to, writeStop, Optional.of(now));
    }
}
