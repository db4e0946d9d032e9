package io.autopilot.mysql.core;

import java.util.Optional;

/** The lease as one node saw it in one consistent read. */
public sealed interface LeaseView {
    /** This node's own live session holds it. */
    record Mine(PrimaryRecord record) implements LeaseView {}

    /** Another node's live session holds it. */
    record Other(PrimaryRecord record) implements LeaseView {}

    /** Nobody holds it; the record names the last holder, if there ever was one. */
    record Free(Optional<PrimaryRecord> last) implements LeaseView {}

    /** Consul gave no answer. */
    record Unknown(Reason reason) implements LeaseView {}

    /** Who holds it, or held it last; empty also when that isn't known. */
    default Optional<PrimaryRecord> recorded() {
        return switch (this) {
            case Mine mine -> Optional.of(mine.record());
            case Other other -> Optional.of(other.record());
            case Free free -> free.last();
            case Unknown unknown -> Optional.empty();
        };
    }
}
