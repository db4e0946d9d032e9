package io.autopilot.mysql.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autopilot.mysql.core.ClusterStatus.NodeStatus;
import io.autopilot.mysql.core.ClusterStatus;
import io.autopilot.mysql.core.Drill;
import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.PrimaryRecord;
import io.autopilot.mysql.core.Promise;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.StoppedElection;
import io.autopilot.mysql.core.VerdictJson;
import java.util.Locale;

/** The status for programs; fields are added, never renamed. */
final class StatusJson {
    private StatusJson() {}

    static String text(ClusterStatus status) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("service", status.service());
        json.put("cluster", status.clusterUuid().orElse(null));
        json.put("healthy", status.hasWritablePrimary());
        json.put("mode", status.promise().map(p -> p.mode().name().toLowerCase(Locale.ROOT)).orElse(null));
        status.promise().ifPresentOrElse(p -> json.set("promise", promise(p)), () -> json.putNull("promise"));
        json.put("paused", status.restraint().paused().map(Reason::text).orElse(null));
        json.put("failoverHeldBack", status.restraint().failover().map(Reason::text).orElse(null));
        json.put("takeOver", status.takeOver().orElse(null));
        status.primary().ifPresentOrElse(p -> json.set("primary", primary(p, status.held())), () -> json.putNull("primary"));
        status.lastSnapshot()
                .ifPresentOrElse(
                        s -> json.putObject("lastSnapshot").put("id", s.id()).put("at", s.at().toString()),
                        () -> json.putNull("lastSnapshot"));
        status.lastDrill().ifPresentOrElse(drill -> json.set("lastDrill", drill(drill)), () -> json.putNull("lastDrill"));
        status.lastChange().ifPresentOrElse(term -> json.set("lastChange", HistoryText.json(term)), () -> json.putNull("lastChange"));
        status.stopped().ifPresentOrElse(stopped -> json.set("electionStopped", stopped(stopped)), () -> json.putNull("electionStopped"));
        ArrayNode losses = json.putArray("losses");
        status.losses().forEach(term -> losses.addObject()
                .put("term", term.term())
                .put("at", term.at().toString())
                .put("node", term.node())
                .put("lost", term.lost().toString()));
        ArrayNode evidence = json.putArray("evidence");
        status.evidence().forEach(kept -> evidence.add(evidence(kept, status.replayed(kept))));
        status.nodes().forEach(node -> json.withArray("nodes").add(node(node)));
        json.put("trouble", status.trouble().map(Reason::text).orElse(null));
        return json.toPrettyString();
    }

    private static ObjectNode stopped(StoppedElection stopped) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("term", stopped.term())
                .put("by", stopped.by())
                .put("since", stopped.at().toString())
                .put("reason", stopped.reason().text());
        VerdictJson.put(json, stopped.verdicts());
        return json;
    }

    private static ObjectNode promise(Promise promise) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("acks", promise.acks());
        promise.members().forEach(json.putArray("members")::add);
        return json.put("text", promise.text());
    }

    private static ObjectNode primary(PrimaryRecord record, boolean held) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("node", record.node())
                .put("address", record.address().toString())
                .put("term", record.term())
                .put("uuid", record.serverUuid())
                .put("state", record.state().name().toLowerCase(Locale.ROOT))
                .put("held", held)
                .put("since", record.since().toString());
    }

    private static ObjectNode drill(Drill drill) {
        return JsonNodeFactory.instance.objectNode()
                .put("snapshot", drill.snapshot().text())
                .put("at", drill.at().toString())
                .put("node", drill.node())
                .put("tables", drill.tables())
                .put("failure", drill.failure().map(Reason::text).orElse(null));
    }

    private static ObjectNode evidence(Evidence kept, GtidSet replayed) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", kept.id())
                .put("node", kept.node())
                .put("serverUuid", kept.serverUuid())
                .put("term", kept.term())
                .put("at", kept.at().toString())
                .put("place", kept.place())
                .put("errant", kept.errant().toString())
                .put("lost", kept.fate().lost().toString())
                .put("unacknowledged", kept.fate().unacknowledged().toString())
                .put("stray", kept.fate().stray().toString())
                .put("replayed", replayed.toString());
        kept.files().forEach(file -> json.withArray("files").add(file.source()));
        return json;
    }

    private static ObjectNode node(NodeStatus node) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("name", node.name());
        json.put("address", node.address().toString());
        json.put("role", node.role().name().toLowerCase(Locale.ROOT));
        json.put("hooksRun", node.alive());
        json.put("writable", node.writable());
        json.put("version", node.version().orElse(null));
        json.put("executed", node.executed().map(Object::toString).orElse(null));
        node.lag().ifPresentOrElse(lag -> json.put("lagSeconds", lag.toSeconds()), () -> json.putNull("lagSeconds"));
        json.put("maintenance", node.maintenance().map(Reason::text).orElse(null));
        json.put("note", node.note());
        return json;
    }
}
