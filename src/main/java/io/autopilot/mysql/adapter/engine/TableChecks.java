package io.autopilot.mysql.adapter.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What CHECK TABLE says of every table of a server (MySQL manual, CHECK TABLE Statement: table, operation, kind and text of a message).
 *
 * @param broken the messages about tables that aren't sound
 */
record TableChecks(int checked, List<String> broken) {
    /** In hexadecimal digits, since a name may hold anything. */
    private static final String NAMES = "SELECT HEX(CONCAT('`', REPLACE(table_schema, '`', '``'), '`.`', REPLACE(table_name, '`', '``'), '`'))"
            + " FROM information_schema.tables WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('information_schema', 'performance_schema')";
    private static final int AT_ONCE = 100;
    private static final int COLUMNS = 4;
    private static final Set<String> SOUND = Set.of("OK", "Table is already up to date");
    /** Of an engine without a check; and hints that don't make a table broken. */
    private static final Set<String> HARMLESS = Set.of("note", "info", "warning");

    TableChecks {
        broken = List.copyOf(broken);
    }

    static TableChecks of(ScratchRun server) {
        List<String> names = server.ask(NAMES).stream()
                .map(row -> new String(HexFormat.of().parseHex(row.getFirst()), StandardCharsets.UTF_8))
                .toList();
        List<String> broken = new ArrayList<>();
        for (int from = 0; from < names.size(); from += AT_ONCE) {
            List<String> some = names.subList(from, Math.min(names.size(), from + AT_ONCE));
            server.ask("CHECK TABLE " + String.join(", ", some)).forEach(row -> judge(row, broken));
        }
        return new TableChecks(names.size(), broken);
    }

    private static void judge(List<String> row, List<String> broken) {
        boolean harmless = row.size() == COLUMNS && (HARMLESS.contains(row.get(2)) || (row.get(2).equals("status") && SOUND.contains(row.get(3))));
        if (!harmless) {
            broken.add(row.getFirst() + ": " + row.getLast());
        }
    }
}
