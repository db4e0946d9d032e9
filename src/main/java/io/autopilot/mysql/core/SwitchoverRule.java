package io.autopilot.mysql.core;

import io.autopilot.mysql.core.SwitchoverDecision.HandOverTo;
import io.autopilot.mysql.core.SwitchoverDecision.NothingToDo;
import io.autopilot.mysql.core.SwitchoverDecision.Refuse;
import io.autopilot.mysql.core.SwitchoverDecision.UnknownNode;
import io.autopilot.mysql.core.SwitchoverDecision.Verdict;
import io.autopilot.mysql.core.SwitchoverView.Other;
import io.autopilot.mysql.core.SwitchoverView.Primary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Chooses whom a living primary hands over to (design, Switchover). Nodes that have all that the primary had before it was asked are equally
 * advanced, whatever they received since: the first by name is taken.
 */
public final class SwitchoverRule {
    private SwitchoverRule() {}

    /** Decides on one view; never asks for more. */
    public static SwitchoverDecision decide(SwitchoverView view) {
        if (view.primary().isEmpty()) {
            return new Refuse(new Reason("there is no primary to hand over: see manage status"), List.of());
        }
        Primary primary = view.primary().get();
        List<Verdict> verdicts = view.others().stream()
                .map(other -> verdict(view, primary, other))
                .sorted(Comparator.comparing((Verdict v) -> !v.fit())
                        .thenComparing(v -> !view.wanted().equals(Optional.of(v.node())))
                        .thenComparingLong(Verdict::missing)
                        .thenComparing(Verdict::node))
                .toList();
        return view.wanted().isPresent()
                ? decide(view.wanted().get(), primary, verdicts)
                : best(primary, verdicts);
    }

    private static SwitchoverDecision best(Primary primary, List<Verdict> verdicts) {
        if (verdicts.isEmpty()) {
            return new Refuse(new Reason(primary.node() + " is the only node"), verdicts);
        }
        Verdict first = verdicts.getFirst();
        return first.fit()
                ? new HandOverTo(first, new Reason(first.node() + " is the most advanced healthy replica"), verdicts)
                : new Refuse(new Reason("no node can take over: " + verdicts.stream().map(SwitchoverRule::text).collect(Collectors.joining("; "))), verdicts);
    }

    private static SwitchoverDecision decide(String wanted, Primary primary, List<Verdict> verdicts) {
        if (wanted.equals(primary.node())) {
            return new NothingToDo(new Reason(wanted + " is the primary already"), verdicts);
        }
        Optional<Verdict> found = verdicts.stream().filter(v -> v.node().equals(wanted)).findFirst();
        if (found.isEmpty()) {
            return new UnknownNode(new Reason("there is no node " + wanted + "; " + candidates(verdicts)), verdicts);
        }
        return found.get().fit()
                ? new HandOverTo(found.get(), new Reason(wanted + " was asked for"), verdicts)
                : new Refuse(new Reason(text(found.get()) + "; " + candidates(verdicts)), verdicts);
    }

    private static String candidates(List<Verdict> verdicts) {
        List<String> fit = verdicts.stream().filter(Verdict::fit).map(Verdict::node).toList();
        return fit.isEmpty() ? "no node could take over now" : "candidates are " + String.join(", ", fit);
    }

    private static String text(Verdict verdict) {
        return verdict.node() + " " + verdict.against().stream().map(Reason::text).collect(Collectors.joining(", "));
    }

    private static Verdict verdict(SwitchoverView view, Primary primary, Other other) {
        if (other.server().isEmpty()) {
            Reason silent = new Reason(other.hooksRun() ? "has a server that doesn't answer" : "is away: its hooks don't run");
            return new Verdict(other.node(), other.address(), Long.MAX_VALUE, List.of(), List.of(silent));
        }
        ServerState server = other.server().get();
        long missing = primary.before().minus(server.received()).count();
        return new Verdict(
                other.node(),
                other.address(),
                missing,
                List.of(
                        new Reason(missing == 0 ? "has all that " + primary.node() + " had when it was asked" : "lacks " + missing + " transactions"),
                        new Reason("runs " + server.version())),
                against(view, primary, other, server));
    }

    /** Every rule that keeps a node whose server answers from being handed over to; one line each. */
    private static List<Reason> against(SwitchoverView view, Primary primary, Other other, ServerState server) {
        List<Reason> against = new ArrayList<>();
        if (!other.hooksRun()) {
            against.add(new Reason("has hooks that don't run"));
        }
        other.maintenance().map(m -> new Reason("is " + m.text())).ifPresent(against::add);
        notFollowing(primary, server).map(Reason::new).ifPresentOrElse(against::add, () -> {
            if (!other.listed() && other.maintenance().isEmpty()) {
                against.add(new Reason("isn't listed as a healthy replica"));
            }
        });
        lagging(view.maxLag(), server).map(Reason::new).ifPresent(against::add);
        errant(primary, server).map(Reason::new).ifPresent(against::add);
        version(view, primary, other, server).map(Reason::new).ifPresent(against::add);
        return against;
    }

    private static Optional<String> notFollowing(Primary primary, ServerState server) {
        Optional<ReplicationState> replication =
                server.replication().filter(r -> r.source().equals(primary.address()));
        if (replication.isEmpty()) {
            return Optional.of("doesn't follow " + primary.node());
        }
        ReplicationState r = replication.get();
        if (!r.applierRunning()) {
            return Optional.of("has an applier that is stopped" + (r.applierError().isEmpty() ? "" : ": " + r.applierError()));
        }
        return r.receiver() == ReplicationState.Receiver.ON
                ? Optional.empty()
                : Optional.of("has a receiver that isn't connected" + (r.receiverError().isEmpty() ? "" : ": " + r.receiverError()));
    }

    private static Optional<String> lagging(Duration most, ServerState server) {
        return server.replication()
                .flatMap(ReplicationState::lag)
                .filter(lag -> lag.compareTo(most) > 0)
                .map(lag -> "lags " + lag.toSeconds() + " s behind, more than " + most.toSeconds() + " s");
    }

    /** The primary's own transactions never count: a replica has them a moment before the primary shows them. */
    private static Optional<String> errant(Primary primary, ServerState server) {
        GtidSet extra = server.received().minus(primary.after());
        GtidSet errant = extra.minus(extra.of(Set.of(primary.serverUuid())));
        return errant.isEmpty() ? Optional.empty() : Optional.of("has transactions that " + primary.node() + " lacks: " + errant);
    }

    /** MySQL replicates from an old version to a new one only; within a series all do with each other. */
    private static Optional<String> version(SwitchoverView view, Primary primary, Other other, ServerState server) {
        if (series(server.version()) < series(primary.version())) {
            return Optional.of("runs " + server.version() + ", older than the " + primary.version() + " of " + primary.node());
        }
        List<String> older = new ArrayList<>();
        if (view.staysOn() && series(primary.version()) < series(server.version())) {
            older.add(primary.node() + " with " + primary.version());
        }
        view.others().stream()
                .filter(o -> !o.node().equals(other.node()))
                .forEach(o -> o.server().map(ServerState::version).filter(v -> series(v) < series(server.version()))
                        .ifPresent(v -> older.add(o.node() + " with " + v)));
        return older.isEmpty()
                ? Optional.empty()
                : Optional.of("runs " + server.version() + ", which older servers can't follow: " + String.join(", ", older)
                        + "; upgrade them, or stop the primary as the last old one: then it hands over");
    }

    private static int series(MysqlVersion version) {
        return version.major() * 1000 + version.minor();
    }
}
