package io.autopilot.mysql.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SettingsReferenceTest {
    @Test
    void theTablesOfTheReadmeAreThoseOfTheRegistry() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int begin = readme.indexOf(SettingsReferenceWriter.BEGIN) + SettingsReferenceWriter.BEGIN.length();
        assertEquals(SettingsReference.markdown(), readme.substring(begin, readme.indexOf(SettingsReferenceWriter.END)));
    }
}
