package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The value of a history key: how a term began. Written in the same transaction that gives the lease, so no term lacks one; when the
 * primary is established, that is added. Records of older versions lack the fields that are optional.
 *
 * @param serverUuid of the data directory that the term belongs to
 * @param ancestors servers whose transactions were in that directory before the history began; empty for later terms
 * @param lost what the primary before had published and the new one lacks (G3); empty when nothing is known to be lost
 * @param from the primary before; empty when there was none, or Consul has lost it
 * @param proved when the primary before was last known to write, by its clock
 * @param executed what the new primary had when it was promoted
 * @param established when the new primary could write, by its clock
 * @param gap for how long nobody could write, measured by one clock: by a primary that handed over
 * @param election what spoke for and against each node; empty when nobody had to be elected
 */
public record TermRecord(
        long term,
        String node,
        String serverUuid,
        Set<String> ancestors,
        String why,
        GtidSet lost,
        Instant at,
        Optional<Kind> kind,
        Optional<String> from,
        Optional<Instant> proved,
        Optional<GtidSet> executed,
        Optional<Instant> established,
        Optional<Duration> gap,
        List<Verdict> election) {
    /** How a primary comes to be. */
    public enum Kind {
        /** The first one of a cluster. */
        FOUNDED,
        /** Another node took over from a primary that was lost. */
        FAILOVER,
        /** Another node took over from a primary that handed over. */
        SWITCHOVER,
        /** The same node became the primary again. */
        RESTARTED,
        /** An operator named it after Consul had lost its data. */
        ADOPTED
    }

    public TermRecord {
        ancestors = Set.copyOf(ancestors);
        election = List.copyOf(election);
    }

    /** The same, established. */
    public TermRecord establishedAt(Instant now) {
        return new TermRecord(
                term, node, serverUuid, ancestors, why, lost, at, kind, from, proved, executed, Optional.of(now), gap, election);
    }

    /** The same with a write gap that was measured. */
    public TermRecord withGap(Duration measured) {
        return new TermRecord(
                term, node, serverUuid, ancestors, why, lost, at, kind, from, proved, executed, established, Optional.of(measured), election);
    }

    /** For how long nobody could write; empty when it isn't known. */
    public Optional<WriteGap> writeGap() {
        return gap.map(g -> new WriteGap(g, true)).or(() -> established.flatMap(this::gapUntil));
    }

    /** The most that the write gap can have been when writes begin now; empty when the end of the primary before isn't known. */
    public Optional<WriteGap> gapUntil(Instant now) {
        return proved.map(last -> Duration.between(last, now)).filter(d -> !d.isNegative()).map(d -> new WriteGap(d, false));
    }

    /**
     * For how long nobody could write.
     *
     * @param measured false: it is the time since the last proof that the primary before wrote, so it was this at most
     */
    public record WriteGap(Duration length, boolean measured) {
        @Override
        public String toString() {
            return (measured ? "" : "at most ") + length.toMillis() + " ms";
        }
    }
}
