package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.ClusterConfig;
import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.core.NodeView;
import io.autopilot.mysql.hook.ClusterKeys.Indexed;
import java.time.Duration;
import java.util.Optional;

/**
 * What a health run saw, with what is needed to act on exactly that.
 *
 * @param durability empty when the cluster has none yet, or Consul gave no answer
 * @param durabilityIndex for a write that fails when anybody else was faster; 0 when there is none
 * @param config what operators have said, as it was when that was decided on
 * @param heartbeatBegan uptime at the start of this run's heartbeat
 */
record Observation(
        NodeView view, Optional<Durability> durability, long durabilityIndex, Indexed<ClusterConfig> config, Duration heartbeatBegan) {}
