package io.autopilot.mysql.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the tables of the README anew; run it from the top of the repository after a change of {@link Setting}. */
final class SettingsReferenceWriter {
    static final String BEGIN = "<!-- settings: made from Setting.java -->\n";
    static final String END = "<!-- end of settings -->\n";

    private SettingsReferenceWriter() {}

    public static void main(String[] args) throws IOException {
        Path readme = Path.of("README.md");
        String text = Files.readString(readme);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        Files.writeString(readme, text.substring(0, begin) + SettingsReference.markdown() + text.substring(text.indexOf(END)));
    }
}
