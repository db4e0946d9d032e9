package io.autopilot.mysql.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Whether roles may change by themselves now (docs/decisions/0011): not in a pause, and no failover with FAILOVER=manual or soon after
 * another one. An operator's order lets the one failover go ahead that it was given for.
 */
public final class FailoverRule {
    private FailoverRule() {}

    /**
     * Decides for one node.
     *
     * @param last who holds the lease, or held it last
     * @param history the terms; all that are known, or none when no failover is near
     */
    public static Restraint decide(
            String self,
            ClusterConfig config,
            FailoverPolicy policy,
            Optional<PrimaryRecord> last,
            List<TermRecord> history,
            Instant now) {
        Optional<Reason> maintenance = Optional.ofNullable(config.maintenance().get(self))
                .map(m -> new Reason(self + " is " + m.text()));
        if (last.filter(p -> config.orders(p.term())).isPresent()) {
            return new Restraint(Optional.empty(), Optional.empty(), maintenance);
        }
        return new Restraint(
                config.pauseAt(now).map(p -> new Reason(p.text())), heldBack(config, policy, last, history, now), maintenance);
    }

    private static Optional<Reason> heldBack(
            ClusterConfig config, FailoverPolicy policy, Optional<PrimaryRecord> last, List<TermRecord> history, Instant now) {
        if (!policy.automatic()) {
            return Optional.of(new Reason("FAILOVER=manual: 'manage failover' lets one go ahead"));
        }
        return last.flatMap(primary -> notBefore(primary, config, policy, history, now))
                .map(until -> new Reason("there was a failover less than " + policy.window().toSeconds() + " s ago: no other one before " + until
                        + ", unless 'manage failover' or 'manage acknowledge' says so"));
    }

    /** When the next failover may go ahead. */
    private static Optional<Instant> notBefore(
            PrimaryRecord last, ClusterConfig config, FailoverPolicy policy, List<TermRecord> history, Instant now) {
        Optional<Instant> livedUntil = last.proved();
        for (TermRecord term : newestFirst(history)) {
            // Without a proof of its life it can't be called steady.
            Duration life = livedUntil.map(end -> Duration.between(term.at(), end)).orElse(Duration.ZERO);
            if (term.term() <= config.acknowledged() || policy.isSteady(life)) {
                return Optional.empty();
            }
            if (term.kind().filter(TermRecord.Kind.FAILOVER::equals).isPresent()) {
                return Optional.of(term.at().plus(policy.window())).filter(now::isBefore);
            }
            livedUntil = term.proved();
        }
        return Optional.empty();
    }

    private static List<TermRecord> newestFirst(List<TermRecord> history) {
        return history.stream().sorted(Comparator.comparingLong(TermRecord::term).reversed()).toList();
    }
}
