package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which snapshots of a cluster have had their time. Only sound ones count as kept: a damaged one protects nobody.
 *
 * @param keep so many of the newest stay
 * @param age what is older goes; empty: only their number counts
 * @param least so many of the newest stay, however old
 */
public record SnapshotRetention(int keep, Optional<Duration> age, int least) {
    /**
     * A snapshot, as far as this decision needs it.
     *
     * @param sound nothing is wrong with it as far as can be seen without reading it
     */
    public record Kept(SnapshotId id, Instant at, boolean sound) {}

    /** One that goes, and why. */
    public record Removal(SnapshotId id, Reason reason) {}

    /**
     * Decides.
     *
     * @param newestFirst all of one cluster
     */
    public List<Removal> decide(List<Kept> newestFirst, Instant now) {
        List<Removal> removals = new ArrayList<>();
        int sound = 0;
        for (Kept snapshot : newestFirst) {
            whyNot(snapshot, sound, now).ifPresent(reason -> removals.add(new Removal(snapshot.id(), reason)));
            sound += snapshot.sound() ? 1 : 0;
        }
        return List.copyOf(removals);
    }

    /** @param newer so many sound ones are newer than this one */
    private Optional<Reason> whyNot(Kept snapshot, int newer, Instant now) {
        if (newer < Math.max(least, 1)) {
            return Optional.empty();
        }
        if (newer >= keep) {
            return Optional.of(new Reason(newer + " newer ones are kept"));
        }
        return age.filter(most -> Duration.between(snapshot.at(), now).compareTo(most) > 0)
                .map(most -> new Reason("it is older than " + most.toSeconds() + "s"));
    }
}
