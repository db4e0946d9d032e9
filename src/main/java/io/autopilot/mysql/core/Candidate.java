package io.autopilot.mysql.core;

import java.util.Optional;

/**
 * A node as an election sees it: its receiver is stopped, and the set was read afterwards (protocol P4).
 *
 * @param barred why it must not become primary, though its data counts; empty when it may
 */
public record Candidate(String node, GtidSet received, Optional<Reason> barred) {}
