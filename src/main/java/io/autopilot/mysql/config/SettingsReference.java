package io.autopilot.mysql.config;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The configuration tables of the README, from the registry. */
public final class SettingsReference {
    private SettingsReference() {}

    /** Markdown; ends with a line break. */
    public static String markdown() {
        return Stream.of(Setting.Group.values()).map(SettingsReference::table).collect(Collectors.joining("\n"));
    }

    private static String table(Setting.Group group) {
        Stream<Setting> settings = Stream.of(Setting.values()).filter(s -> s.group() == group);
        return "| " + group.title() + " | default | |\n|---|---|---|\n"
                + settings.map(SettingsReference::row).collect(Collectors.joining());
    }

    private static String row(Setting setting) {
        String fallback = setting.fallback().isEmpty() ? "" : "`" + setting.fallback() + "`";
        return "| `" + setting.name() + "` | " + fallback + " | " + setting.doc() + " |\n";
    }
}
