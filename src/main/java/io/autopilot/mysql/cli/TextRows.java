package io.autopilot.mysql.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;

/** Rows of text in columns as wide as they have to be; the first row has the titles. */
final class TextRows {
    private TextRows() {}

    static String aligned(List<List<String>> rows) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < rows.getFirst().size(); i++) {
            int at = i;
            int width = rows.stream().mapToInt(row -> row.get(at).length()).max().orElse(0);
            columns.add(new Column(width + 2, i == 0 ? 0 : 1, Overflow.SPAN));
        }
        ColorScheme plain = Help.defaultColorScheme(Ansi.OFF);
        TextTable table = TextTable.forColumns(plain, columns.toArray(Column[]::new));
        rows.forEach(row -> table.addRowValues(row.toArray(String[]::new)));
        return table.toString().lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
    }
}
