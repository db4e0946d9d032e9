package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.NodeView;
import java.time.Duration;
import java.util.Optional;

/**
 * What a health run saw, with what is needed to act on exactly that.
 *
 * @param durability empty when the cluster has none yet, or Consul gave no answer
 * @param durabilityIndex for a write that fails when anybody else was faster; 0 when there is none
 * @param heartbeatBegan uptime at the start of this run's heartbeat
 */
record Observation(NodeView view, Optional<Durability> durability, long durabilityIndex, Duration heartbeatBegan) {}
