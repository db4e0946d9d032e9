package io.autopilot.mysql.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SwitchoverDecision;
import io.autopilot.mysql.core.SwitchoverDecision.Verdict;
import io.autopilot.mysql.core.SwitchoverView;
import io.autopilot.mysql.hook.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a switchover would do or has done, with what speaks for and against each node. */
final class SwitchoverReport {
    private SwitchoverReport() {}

    /** For people; once it is done, the outcome says it all. */
    static String table(SwitchoverView view, SwitchoverDecision decision, Optional<Outcome> outcome) {
        if (outcome.isPresent()) {
            return outcome.get().reason().text();
        }
        String nodes = decision.verdicts().stream().map(SwitchoverReport::lines).collect(Collectors.joining());
        return "primary   " + primary(view).orElse("none") + "\n" + head(decision) + nodes;
    }

    private static String head(SwitchoverDecision decision) {
        return switch (decision) {
            case SwitchoverDecision.HandOverTo go -> "would be  " + go.target().node() + ": " + go.reason();
            case SwitchoverDecision.NothingToDo nothing -> "nothing to do: " + nothing.reason();
            case SwitchoverDecision.Refuse refuse -> "refused   " + refuse.reason();
            case SwitchoverDecision.UnknownNode unknown -> "refused   " + unknown.reason();
        };
    }

    private static String lines(Verdict verdict) {
        return "\n\n" + verdict.node() + " (" + verdict.address() + ") " + (verdict.fit() ? "can take over" : "can't take over")
                + marked('+', verdict.pro()) + marked('-', verdict.against());
    }

    private static String marked(char mark, List<Reason> reasons) {
        return reasons.stream().map(reason -> "\n  " + mark + " " + reason).collect(Collectors.joining());
    }

    /** For programs; fields are added, never renamed. */
    static String json(SwitchoverView view, SwitchoverDecision decision, Optional<Outcome> outcome) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("primary", primary(view).orElse(null));
        json.put("decision", decision.getClass().getSimpleName());
        json.put("target", target(decision).orElse(null));
        json.put("reason", decision.reason().text());
        outcome.ifPresentOrElse(
                o -> json.putObject("outcome")
                        .put("status", o.status().name().toLowerCase(Locale.ROOT))
                        .put("decision", o.decision())
                        .put("reason", o.reason().text()),
                () -> json.putNull("outcome"));
        ArrayNode nodes = json.putArray("nodes");
        decision.verdicts().forEach(verdict -> {
            ObjectNode node = nodes.addObject();
            node.put("name", verdict.node()).put("address", verdict.address().toString()).put("fit", verdict.fit());
            ArrayNode pro = node.putArray("for");
            verdict.pro().forEach(reason -> pro.add(reason.text()));
            ArrayNode against = node.putArray("against");
            verdict.against().forEach(reason -> against.add(reason.text()));
        });
        return json.toPrettyString();
    }

    private static Optional<String> primary(SwitchoverView view) {
        return view.primary().map(SwitchoverView.Primary::node);
    }

    private static Optional<String> target(SwitchoverDecision decision) {
        return decision instanceof SwitchoverDecision.HandOverTo go ? Optional.of(go.target().node()) : Optional.empty();
    }
}
