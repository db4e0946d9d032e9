package io.autopilot.mysql.core;

import io.autopilot.mysql.core.WordDecision.Change;
import io.autopilot.mysql.core.WordDecision.Nothing;
import io.autopilot.mysql.core.WordDecision.Refuse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeSet;

/** What an operator's word makes of what operators have said before (docs/decisions/0011). */
public final class WordRule {
    private WordRule() {}

    /** Decides on one view. */
    public static WordDecision decide(Word word, WordView view) {
        if (view.damaged() && !(word instanceof Word.Resume)) {
            return new Refuse(because(view.config().pause().map(ClusterConfig.Pause::reason).orElse("")));
        }
        return switch (word) {
            case Word.Pause pause -> pause(pause, view);
            case Word.Resume resume -> resume(view);
            case Word.Maintain maintain -> maintain(maintain, view);
            case Word.Return back -> serve(back, view);
            case Word.Acknowledge acknowledge -> acknowledge(view);
            case Word.Failover failover -> failover(failover, view);
        };
    }

    private static WordDecision pause(Word.Pause word, WordView view) {
        Optional<ClusterConfig.Pause> before = view.config().pauseAt(view.now());
        if (before.isPresent() && word.reason().isEmpty() && word.length().isEmpty()) {
            return new Nothing(because("already " + before.get().text()));
        }
        ClusterConfig.Pause pause = new ClusterConfig.Pause(
                view.self(),
                word.reason().orElseGet(() -> before.map(ClusterConfig.Pause::reason).orElse("")),
                before.map(ClusterConfig.Pause::since).orElse(view.now()),
                word.length().map(view.now()::plus));
        return new Change(
                view.config().paused(pause), because(pause.text() + "; no role changes by itself until 'manage resume'"));
    }

    private static WordDecision resume(WordView view) {
        if (view.damaged()) {
            return new Change(ClusterConfig.EMPTY, because("resumed; what operators had said before couldn't be read and is gone"));
        }
        return view.config().pause().isEmpty()
                ? new Nothing(because("not paused"))
                : new Change(view.config().resumed(), because("resumed" + stillInMaintenance(view)));
    }

    private static String stillInMaintenance(WordView view) {
        return view.config().maintenance().isEmpty()
                ? ""
                : "; still in maintenance: " + String.join(", ", new TreeSet<>(view.config().maintenance().keySet()));
    }

    private static WordDecision maintain(Word.Maintain word, WordView view) {
        Optional<ClusterConfig.Maintenance> before =
                Optional.ofNullable(view.config().maintenance().get(word.node()));
        if (before.isPresent() && (word.reason().isEmpty() || word.reason().get().equals(before.get().reason()))) {
            return new Nothing(because(word.node() + " is already " + before.get().text()));
        }
        if (!view.nodes().contains(word.node())) {
            return new Refuse(because("there is no node " + word.node() + "; the nodes are "
                    + String.join(", ", new TreeSet<>(view.nodes()))));
        }
        if (view.held() && view.primary().filter(p -> p.node().equals(word.node())).isPresent()) {
            return new Refuse(because(word.node() + " is the primary: stop its container first, which hands over"));
        }
        Instant since = before.map(ClusterConfig.Maintenance::since).orElse(view.now());
        ClusterConfig.Maintenance maintenance = new ClusterConfig.Maintenance(view.self(), word.reason().orElse(""), since);
        return new Change(
                view.config().maintaining(word.node(), maintenance),
                because(word.node() + " is " + maintenance.text() + "; it replicates, but doesn't serve and won't take over, until 'manage resume --node "
                        + word.node() + "'"));
    }

    private static WordDecision serve(Word.Return word, WordView view) {
        return view.config().maintenance().containsKey(word.node())
                ? new Change(view.config().serving(word.node()), because(word.node() + " is back in service"))
                : new Nothing(because(word.node() + " is not in maintenance"));
    }

    private static WordDecision acknowledge(WordView view) {
        long newest = view.newestTerm();
        return newest <= view.config().acknowledged()
                ? new Nothing(because("nothing to acknowledge: no role has changed since term " + view.config().acknowledged()))
                : new Change(
                        view.config().acknowledging(newest),
                        because("acknowledged: what happened up to term " + newest + " holds no failover back"));
    }

    private static WordDecision failover(Word.Failover word, WordView view) {
        if (view.primary().isEmpty()) {
            return new Refuse(because("there is no primary and none is recorded; if Consul lost its data, see manage adopt"));
        }
        PrimaryRecord last = view.primary().get();
        Duration silent = Duration.between(last.proved().orElse(last.since()), view.now());
        if (view.held() && silent.compareTo(view.lease()) < 0) {
            return new Refuse(because("no failover is due: " + last.node() + " holds the lease and wrote " + silent.toSeconds()
                    + " s ago; to move the primary, stop its container, which hands over"));
        }
        boolean ordered = word.withoutQuorum()
                ? view.config().ordersWithoutQuorum(last.term()).isPresent()
                : view.config().orders(last.term());
        String what = last.node() + ", term " + last.term() + ", is to be replaced";
        return ordered
                ? new Nothing(because("already ordered: " + what))
                : new Change(
                        view.config().ordering(new ClusterConfig.Order(last.term(), view.self(), view.now(), word.withoutQuorum())),
                        because(what + " by the best node that can be reached"
                                + (word.withoutQuorum() ? possibleLoss(view, last) : "")));
    }

    private static String possibleLoss(WordView view, PrimaryRecord last) {
        String had = last.executed().map(set -> "; " + last.node() + " last published " + set).orElse("");
        return view.durability()
                        .filter(d -> d.mode() == Durability.Mode.LOSSLESS)
                        .map(Durability::newest)
                        .map(entry -> entry.acksRequired() == 0
                                ? ", even without its own data, the only one that is known to have all that it acknowledged"
                                : ", even if fewer than " + entry.revocationQuorum() + " of the " + entry.ackSet().size()
                                        + " servers can be reached of which any " + entry.acksRequired()
                                        + " may have acknowledged its last writes")
                        .orElse("")
                + ": writes that clients were told are safe may be lost for good" + had;
    }

    private static Reason because(String text) {
        return new Reason(text);
    }
}
