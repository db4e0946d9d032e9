package io.autopilot.mysql.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autopilot.mysql.core.AdoptDecision;
import io.autopilot.mysql.core.AdoptView;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.ServerState;
import io.autopilot.mysql.hook.Adopt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an adoption found, for people and for programs. */
final class AdoptText {
    private static final List<String> TITLES = List.of("NODE", "HOOKS", "CLUSTER", "TERM", "LACKING HERE", "GTID SET");

    private AdoptText() {}

    static String table(AdoptView found) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(TITLES);
        rows.add(row(found.self(), true, found.mysqld(), GtidSet.EMPTY));
        found.peers().forEach(peer -> rows.add(row(peer.node(), peer.hooksRun(), peer.mysqld(), more(peer, found))));
        return TextRows.aligned(rows) + "\n";
    }

    private static GtidSet more(AdoptView.Peer peer, AdoptView found) {
        return found.mysqld().map(peer::more).orElse(GtidSet.EMPTY);
    }

    private static List<String> row(String node, boolean hooksRun, Optional<ServerState> mysqld, GtidSet more) {
        return List.of(
                node,
                hooksRun ? "run" : "silent",
                mysqld.flatMap(ServerState::clusterUuid).orElse("-"),
                mysqld.map(state -> Long.toString(state.journalTerm())).orElse("-"),
                more.isEmpty() ? "-" : more.toString(),
                mysqld.map(state -> state.received().toString()).filter(set -> !set.isEmpty()).orElse("-"));
    }

    static String json(Adopt.Result result) {
        AdoptView found = result.found();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("node", found.self());
        json.put("done", result.outcome().isDone() && !result.outcome().decision().equals(Adopt.DRY_RUN));
        json.put("reason", result.outcome().reason().text());
        switch (result.decision()) {
            case AdoptDecision.Adopt adopt -> json.put("term", adopt.term()).put("lost", adopt.lost().toString());
            case AdoptDecision.Refuse refuse -> json.putNull("term").putNull("lost");
        }
        ArrayNode nodes = json.putArray("nodes");
        nodes.add(node(found.self(), true, found.mysqld(), GtidSet.EMPTY));
        found.peers().forEach(peer -> nodes.add(node(peer.node(), peer.hooksRun(), peer.mysqld(), more(peer, found))));
        return json.toPrettyString();
    }

    private static ObjectNode node(String name, boolean hooksRun, Optional<ServerState> mysqld, GtidSet more) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .put("hooksRun", hooksRun)
                .put("cluster", mysqld.flatMap(ServerState::clusterUuid).orElse(null))
                .put("term", mysqld.map(ServerState::journalTerm).orElse(null))
                .put("lackingHere", more.toString())
                .put("received", mysqld.map(state -> state.received().toString()).orElse(null));
    }
}
