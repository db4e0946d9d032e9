package io.autopilot.mysql.core;

import java.time.Instant;
import java.util.Optional;

/**
 * The newest snapshot, as Consul names it.
 *
 * @param at when it was finished
 * @param manifest name of its manifest in the store; empty in a pointer of the predecessor, whose snapshots have none
 */
public record SnapshotPointer(SnapshotId id, Instant at, Optional<String> manifest) {}
