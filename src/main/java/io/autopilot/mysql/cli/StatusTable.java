package io.autopilot.mysql.cli;

import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.core.ClusterStatus.NodeStatus;
import io.autopilot.mysql.core.Drill;
import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Promise;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.StoppedElection;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.core.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The status for people. */
final class StatusTable {
    private static final List<String> TITLES = List.of("NODE", "ADDRESS", "ROLE", "HOOKS", "WRITES", "LAG", "VERSION", "GTID SET", "NOTE");

    private StatusTable() {}

    static String text(ClusterStatus status, Instant now) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(TITLES);
        status.nodes().forEach(node -> rows.add(row(node)));
        return head(status, now) + "\n\n" + TextRows.aligned(rows);
    }

    private static String head(ClusterStatus status, Instant now) {
        if (status.trouble().isPresent()) {
            return "cluster   " + status.service() + "\ntrouble   " + status.trouble().get();
        }
        return "cluster   " + status.service() + " "
                + status.clusterUuid().map(uuid -> "(" + uuid + ")").orElse("(not initialised)") + "\n"
                + "primary   " + status.primary().map(p -> primary(p, status.held())).orElse("none yet") + "\n"
                + status.lastChange().map(StatusTable::change).orElse("")
                + status.stopped().map(StatusTable::stopped).orElse("")
                + "mode      " + status.promise().map(Promise::text).orElse("not known yet")
                + status.takeOver().map(node -> "; " + node + " is taking over").orElse("") + "\n"
                + "snapshot  "
                + status.lastSnapshot()
                        .map(s -> s.id() + ", " + age(Duration.between(s.at(), now)) + " old")
                        .orElse("none yet")
                + status.lastDrill()
                        .map(drill -> "; " + drill(drill, now))
                        .orElse(status.lastSnapshot().isPresent() ? "; none was ever verified" : "")
                + status.restraint().failover().map(reason -> "\nfailover  " + reason).orElse("")
                + status.losses().stream().map(StatusTable::loss).collect(Collectors.joining())
                + status.evidence().stream().map(kept -> evidence(kept, status.replayed(kept))).collect(Collectors.joining());
    }

    private static String drill(Drill drill, Instant now) {
        String ago = age(Duration.between(drill.at(), now)) + " ago";
        return drill.failure()
                .map(why -> drill.snapshot() + " WAS NO GOOD when it was verified " + ago + ": " + why)
                .orElseGet(() -> drill.snapshot() + " was verified " + ago);
    }

    private static String change(TermRecord term) {
        return "change    "
                + term.kind().map(kind -> kind.name().toLowerCase(Locale.ROOT)).orElse("term " + term.term())
                + term.from().filter(from -> !from.equals(term.node())).map(from -> " from " + from).orElse("")
                + term.writeGap().map(gap -> ", no writes for " + gap).orElse("")
                + ": " + term.why() + "\n" + verdicts(term.election());
    }

    private static String stopped(StoppedElection stopped) {
        return "election  nobody is promoted, since " + stopped.at() + " (" + stopped.by() + ", for term " + stopped.term() + "): "
                + stopped.reason() + "\n" + verdicts(stopped.verdicts());
    }

    private static String verdicts(List<Verdict> verdicts) {
        return verdicts.stream()
                .map(v -> "          " + v.node() + " " + v.standing().name().toLowerCase(Locale.ROOT) + ": " + v.reason() + "\n")
                .collect(Collectors.joining());
    }

    private static String loss(TermRecord term) {
        return "\nlost      " + term.lost() + ", when term " + term.term() + " began on " + term.node() + " at " + term.at();
    }

    private static String evidence(Evidence kept, GtidSet replayed) {
        return "\nevidence  " + kept.id() + " in " + kept.place() + ", of " + kept.at() + ", term " + kept.term()
                + part("lost, though clients may have been told they are safe", kept.fate().lost())
                + part("never acknowledged to a client", kept.fate().unacknowledged())
                + part("written past the cluster", kept.fate().stray())
                + part("replayed on the primary since", replayed);
    }

    private static String part(String meaning, GtidSet transactions) {
        return transactions.isEmpty() ? "" : "\n          " + meaning + ": " + transactions;
    }

    private static String primary(PrimaryRecord record, boolean held) {
        String term = ", term " + record.term() + " since " + record.since();
        return held
                ? record.node() + term + ", " + record.state().name().toLowerCase(Locale.ROOT)
                : "none: nobody holds the lease; last was " + record.node() + term;
    }

    private static List<String> row(NodeStatus node) {
        return List.of(
                node.name(),
                node.address().toString(),
                node.role().name().toLowerCase(Locale.ROOT),
                node.alive() ? "run" : "silent",
                node.version().isEmpty() ? "-" : node.writable() ? "yes" : "no",
                node.lag().map(lag -> lag.toSeconds() + " s").orElse("-"),
                node.version().orElse("-"),
                node.executed().map(GtidSet::toString).filter(s -> !s.isEmpty()).orElse("-"),
                Stream.concat(node.maintenance().map(Reason::text).stream(), Stream.of(node.note()))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining("; ")));
    }

    private static String age(Duration age) {
        if (age.toMinutes() < 2) {
            return age.toSeconds() + " s";
        }
        return age.toHours() < 2 ? age.toMinutes() + " min" : age.toHours() + " h";
    }
}
