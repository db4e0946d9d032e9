package io.autopilot.mysql.core;

import java.time.Duration;
import java.util.Optional;

/** What an operator says about changes of roles; each may be said again. */
public sealed interface Word {
    /**
     * No role changes by itself from now on.
     *
     * @param reason empty: none was given
     * @param length empty: until somebody resumes
     */
    record Pause(Optional<String> reason, Optional<Duration> length) implements Word {}

    /** The pause is over. */
    record Resume() implements Word {}

    /** That node replicates and does nothing else from now on. */
    record Maintain(String node, Optional<String> reason) implements Word {}

    /** That node serves again. */
    record Return(String node) implements Word {}

    /** The last failovers are known and don't hold back the next one. */
    record Acknowledge() implements Word {}

    /**
     * The failover that is due may go ahead.
     *
     * @param withoutQuorum even if writes that were acknowledged are lost by it
     */
    record Failover(boolean withoutQuorum) implements Word {}
}
