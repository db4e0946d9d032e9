package io.autopilot.mysql.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.TermRecord.WriteGap;
import io.autopilot.mysql.core.TermRecord;
import io.autopilot.mysql.core.VerdictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The history for people and for programs. */
final class HistoryText {
    private static final List<String> TITLES =
            List.of("TERM", "AT", "KIND", "PRIMARY", "BEFORE", "WRITE GAP", "LOST", "GTID SET", "WHY");

    private HistoryText() {}

    static String table(List<TermRecord> terms) {
        if (terms.isEmpty()) {
            return "no node has been a primary yet, or Consul has lost its data";
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(TITLES);
        terms.forEach(term -> rows.add(row(term)));
        return TextRows.aligned(rows);
    }

    private static List<String> row(TermRecord term) {
        return List.of(
                Long.toString(term.term()),
                term.at().toString(),
                term.kind().map(HistoryText::word).orElse("-"),
                term.node(),
                term.from().orElse("-"),
                gap(term),
                term.lost().isEmpty() ? "-" : term.lost().toString(),
                term.executed().map(GtidSet::toString).filter(set -> !set.isEmpty()).orElse("-"),
                term.why());
    }

    private static String gap(TermRecord term) {
        boolean first = term.kind().filter(TermRecord.Kind.FOUNDED::equals).isPresent();
        return term.writeGap().map(WriteGap::toString).orElse(first ? "-" : "not known");
    }

    static String json(List<TermRecord> terms) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        terms.forEach(term -> list.add(json(term)));
        return list.toPrettyString();
    }

    static ObjectNode json(TermRecord term) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("term", term.term());
        json.put("at", term.at().toString());
        json.put("kind", term.kind().map(HistoryText::word).orElse(null));
        json.put("primary", term.node());
        json.put("uuid", term.serverUuid());
        json.put("before", term.from().orElse(null));
        json.put("writeGapMs", term.writeGap().map(gap -> gap.length().toMillis()).orElse(null));
        json.put("writeGapMeasured", term.writeGap().map(WriteGap::measured).orElse(null));
        json.put("lost", term.lost().toString());
        json.put("executed", term.executed().map(GtidSet::toString).orElse(null));
        json.put("why", term.why());
        VerdictJson.put(json, term.election());
        return json;
    }

    private static String word(TermRecord.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
