package io.autopilot.mysql.core;

import java.time.Instant;
import java.util.Set;

/**
 * The value of a history key: how a term began. Written in the same transaction that gives the lease, so no term lacks one.
 *
 * @param serverUuid of the data directory that the term belongs to
 * @param ancestors servers whose transactions were in that directory before the cluster was founded; empty for later terms
 * @param lost what the primary before had published and the new one lacks (G3); empty when nothing is known to be lost
 */
public record TermRecord(long term, String node, String serverUuid, Set<String> ancestors, String why, GtidSet lost, Instant at) {
    public TermRecord {
        ancestors = Set.copyOf(ancestors);
    }
}
