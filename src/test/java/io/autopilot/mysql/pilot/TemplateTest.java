package io.autopilot.mysql.pilot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TemplateTest {
    @ParameterizedTest
    @ValueSource(strings = {"a=b=c", "a#b", "it's", "\"quoted\"", "$HOME", "{{ env }}", "back\\slash", "ä €"})
    void aValueComesOutUnchangedWhateverIsInIt(String value) throws Exception {
        assertEquals("<" + value + ">", rendered("<{{ env \"V\" }}>", Map.of("V", value)));
        assertEquals("<" + value + ">", rendered("<{{ .V }}>", Map.of("V", value)));
    }

    @Test
    void theDefaultHoldsForAnAbsentAndForAnEmptyVariable() throws Exception {
        String template = "{{ env \"V\" | default \"d\" }}{{ .V | default 5 }}";
        assertEquals("d5", rendered(template, Map.of()));
        assertEquals("d5", rendered(template, Map.of("V", "")));
        assertEquals("xx", rendered(template, Map.of("V", "x")));
    }

    @Test
    void aChoiceTakesTheFirstBranchThatHolds() throws Exception {
        String template = "{{ if eq (env \"V\") \"1\" }}one{{ else if .V }}other{{ else }}none{{ end }}";
        assertEquals("one", rendered(template, Map.of("V", "1")));
        assertEquals("other", rendered(template, Map.of("V", "0")));
        assertEquals("none", rendered(template, Map.of()));
    }

    @Test
    void trimMarksTakeTheBlanksAroundThem() throws Exception {
        assertEquals("ab-1c", rendered("a \n {{- \"b\" -}} \n {{ \"-1\" }}{{/* why */}}{{- \"c\" }}", Map.of()));
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            host,              host:8500
            host:1,            host:1
            https://host,      https://host:8500
            http://host:99,    http://host:99
            """)
    void regularExpressionsReplaceByGosRules(String given, String expected) throws Exception {
        String template = "{{ .V | regexReplaceAll \"^((https?://)?[^:/]+)$\" \"$1:8500\" }}";
        assertEquals(expected, rendered(template, Map.of("V", given)));
    }

    @Test
    void aReplacementsNameIsAsLongAsPossible() throws Exception {
        assertEquals("-a$-", rendered("{{ regexReplaceAll \"(a)\" \"$1x-${1}$$-\" \"a\" }}", Map.of()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {{ loop 5 }}            | line 1: 'loop' is not in the subset
            {{ if .A }}x            | line 1: {{if}} without an {{end}}
            {{ end }}               | line 1: {{end}} without an {{if}}
            {{ if .A }}{{ else }}x  | line 1: {{else}} without an {{end}}
            {{ env }}               | line 1: env has 0 arguments
            {{ env "A" "B" }}       | line 1: env has 2 arguments
            {{ "a }}                | line 1: {{ is never closed
            {{ (env "A" }}          | line 1: a parenthesis is never closed
            {{ .A .B }}             | line 1: '.B' is not expected
            """)
    void whatIsNotUnderstoodIsRefusedByName(String template, String expected) {
        LifeException refused = assertThrows(LifeException.class, () -> rendered(template, Map.of()));
        assertTrue(refused.problems().getFirst().startsWith(expected), refused::getMessage);
    }

    @Test
    void aMistakeInABranchThatIsNotTakenIsFoundToo() {
        assertThrows(LifeException.class, () -> rendered("\n{{ if .A }}{{ nothing }}{{ end }}", Map.of()));
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            '',                    consul:8500
            host,                  host:8500
            host:8501,             host:8501
            https://h.x/,          https://h.x:8500
            [::1],                 [::1]:8500
            https://[fe80::1]:85,  https://[fe80::1]:85
            """)
    void theProjectsOwnFileFindsConsulInEveryFormThatIsWritten(String given, String expected) throws Exception {
        String file = Files.readString(Path.of("containerpilot.json5"));
        String rendered = rendered(file, Map.of("CONSUL", given));
        assertTrue(rendered.contains("consul: \"" + expected + "\","), rendered);
        String withAgent = rendered(file, Map.of("CONSUL", given, "CONSUL_AGENT", "true"));
        assertTrue(withAgent.contains("consul: \"localhost:8500\","), withAgent);
        assertTrue(withAgent.contains("-bind={{ GetPrivateIP }}"), withAgent);
    }

    @Test
    void theJobThatKeepsTheHooksIsThereOnlyUnderContainerPilot() throws Exception {
        String file = Files.readString(Path.of("containerpilot.json5"));
        assertTrue(rendered(file, Map.of("RESIDENT_HOOKS", "1")).contains("\"manage\", \"hooks\""));
        assertFalse(rendered(file, Map.of()).contains("\"hooks\""));
    }

    private static String rendered(String template, Map<String, String> environment) throws LifeException {
        return Template.parse(template).render(environment);
    }
}
