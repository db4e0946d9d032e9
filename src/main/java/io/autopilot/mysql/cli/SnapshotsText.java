package io.autopilot.mysql.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autopilot.mysql.core.Drill;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.Manifest;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.SnapshotId;
import io.autopilot.mysql.hook.SnapshotCatalogue.Entry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The catalogue of snapshots for people and for programs. */
final class SnapshotsText {
    private static final List<String> TITLES = List.of("ID", "FINISHED", "AGE", "SIZE", "STORED", "ENGINE", "MYSQL", "KEY", "STATE", "VERIFIED", "GTID SET");
    private static final long MEGABYTE = 1_000_000;

    private SnapshotsText() {}

    static String table(List<Entry> entries, Map<SnapshotId, Drill> drills, Instant now) {
        if (entries.isEmpty()) {
            return "no snapshot yet";
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(TITLES);
        entries.forEach(entry -> rows.add(row(entry, verified(Optional.ofNullable(drills.get(entry.id())), now), now)));
        return TextRows.aligned(rows);
    }

    private static String verified(Optional<Drill> drill, Instant now) {
        return drill.map(d -> d.failure().map(why -> "FAILED: " + why).orElseGet(() -> age(d.at(), now))).orElse("never");
    }

    private static List<String> row(Entry entry, String verified, Instant now) {
        return switch (entry) {
            case Entry.Damaged damaged ->
                List.of(damaged.id().text(), time(damaged.at()), age(damaged.at(), now), "-", "-", "-", "-", "-", damaged.reason().text(), verified, "-");
            case Entry.Whole whole -> row(whole.manifest(), verified, now);
        };
    }

    private static List<String> row(Manifest manifest, String verified, Instant now) {
        return List.of(
                manifest.id().text(),
                time(manifest.finishedAt()),
                age(manifest.finishedAt(), now),
                size(manifest.archive().contentBytes()),
                size(manifest.archive().bytes()),
                manifest.tool().engine(),
                manifest.serverVersion().text(),
                manifest.archive().encryptionKey().orElse("-"),
                "ok",
                verified,
                manifest.gtids().toString());
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String age(Instant at, Instant now) {
        Duration age = Duration.between(at, now);
        if (age.toDays() > 0) {
            return age.toDays() + "d" + age.toHoursPart() + "h";
        }
        return age.toHours() > 0 ? age.toHours() + "h" + age.toMinutesPart() + "m" : age.toMinutes() + "m" + age.toSecondsPart() + "s";
    }

    private static String size(long bytes) {
        return bytes >= MEGABYTE ? bytes / MEGABYTE + " MB" : bytes / 1000 + " kB";
    }

    static String json(List<Entry> entries, Map<SnapshotId, Drill> drills) {
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        for (Entry entry : entries) {
            ObjectNode json = list.addObject();
            json.put("id", entry.id().text());
            json.put("finishedAt", entry.at().toString());
            json.put("cluster", entry.clusterUuid().orElse(null));
            Optional.ofNullable(drills.get(entry.id())).ifPresentOrElse(
                    drill -> json.putObject("verified")
                            .put("at", drill.at().toString())
                            .put("failure", drill.failure().map(Reason::text).orElse(null))
                            .put("tables", drill.tables())
                            .put("node", drill.node())
                            .put("tookMs", drill.took().toMillis()),
                    () -> json.putNull("verified"));
            switch (entry) {
                case Entry.Damaged damaged -> json.put("damage", damaged.reason().text());
                case Entry.Whole whole -> put(json, whole.manifest());
            }
        }
        return list.toPrettyString();
    }

    private static void put(ObjectNode json, Manifest manifest) {
        json.putNull("damage");
        json.put("contentBytes", manifest.archive().contentBytes());
        json.put("storedBytes", manifest.archive().bytes());
        json.put("parts", manifest.archive().parts().size());
        json.put("engine", manifest.tool().engine());
        json.put("serverVersion", manifest.serverVersion().text());
        json.put("encryptionKey", manifest.archive().encryptionKey().orElse(null));
        json.put("node", manifest.node());
        json.put("term", manifest.term());
        json.put("tookMs", manifest.took().toMillis());
        switch (manifest.gtids()) {
            case GtidRange.Exact exact -> json.put("gtids", exact.set().toString());
            case GtidRange.Between between ->
                json.put("gtidsAtLeast", between.atLeast().toString()).put("gtidsAtMost", between.atMost().toString());
        }
    }
}
