package io.autopilot.mysql.core;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What operators have said about changes of roles; the value of the config key (design, Keys). Immutable.
 *
 * @param maintenance by the node's name
 * @param acknowledged the term up to which failovers don't count any more (docs/decisions/0011); 0 for none
 */
public record ClusterConfig(
        Optional<Pause> pause, Map<String, Maintenance> maintenance, long acknowledged, Optional<Order> order) {
    public static final ClusterConfig EMPTY = new ClusterConfig(Optional.empty(), Map.of(), 0, Optional.empty());

    public ClusterConfig {
        maintenance = Map.copyOf(maintenance);
    }

    /**
     * No role changes by itself, in the whole cluster.
     *
     * @param by the node that the operator was on
     * @param reason empty for none given
     * @param until empty: until somebody resumes
     */
    public record Pause(String by, String reason, Instant since, Optional<Instant> until) {
        boolean over(Instant now) {
            return until.filter(end -> !now.isBefore(end)).isPresent();
        }

        /** Who, since when and why. */
        public String text() {
            return "paused on " + by + " at " + since + until.map(end -> ", until " + end).orElse("") + words(reason);
        }
    }

    /** One node replicates and does nothing else. */
    public record Maintenance(String by, String reason, Instant since) {
        /** Who, since when and why. */
        public String text() {
            return "in maintenance, by " + by + " at " + since + words(reason);
        }
    }

    /**
     * The failover that is due may go ahead.
     *
     * @param term of the primary that is to be replaced; with the next term the order is used up
     * @param withoutQuorum also when those are missing who may have acknowledged its last writes
     */
    public record Order(long term, String by, Instant at, boolean withoutQuorum) {}

    private static String words(String reason) {
        return reason.isEmpty() ? "" : ": " + reason;
    }

    /** The pause, unless its time is over. */
    public Optional<Pause> pauseAt(Instant now) {
        return pause.filter(p -> !p.over(now));
    }

    public boolean orders(long term) {
        return order.filter(o -> o.term() == term).isPresent();
    }

    /** Who has ordered that term's end even if acknowledged writes are lost by it. */
    public Optional<Order> ordersWithoutQuorum(long term) {
        return order.filter(o -> o.term() == term && o.withoutQuorum());
    }

    /** The same with that pause. */
    public ClusterConfig paused(Pause now) {
        return new ClusterConfig(Optional.of(now), maintenance, acknowledged, order);
    }

    /** The same without a pause. */
    public ClusterConfig resumed() {
        return new ClusterConfig(Optional.empty(), maintenance, acknowledged, order);
    }

    /** The same with that node in maintenance. */
    public ClusterConfig maintaining(String node, Maintenance now) {
        Map<String, Maintenance> more = new TreeMap<>(maintenance);
        more.put(node, now);
        return new ClusterConfig(pause, more, acknowledged, order);
    }

    /** The same with that node back in service. */
    public ClusterConfig serving(String node) {
        Map<String, Maintenance> less = new TreeMap<>(maintenance);
        less.remove(node);
        return new ClusterConfig(pause, less, acknowledged, order);
    }

    /** The same with the failovers up to that term known to an operator. */
    public ClusterConfig acknowledging(long term) {
        return new ClusterConfig(pause, maintenance, term, order);
    }

    /** The same with that order. */
    public ClusterConfig ordering(Order now) {
        return new ClusterConfig(pause, maintenance, acknowledged, Optional.of(now));
    }

    /** The same after a take-over, which uses an order up. */
    public ClusterConfig afterTakeOver() {
        return new ClusterConfig(pause, maintenance, acknowledged, Optional.empty());
    }
}
