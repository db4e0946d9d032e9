package io.autopilot.mysql.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.image.Dockerfile.Instruction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Both Dockerfiles, read and not built: what would otherwise be seen first in a build, and the one on Percona's images can't be
 * built without Docker Hub.
 */
final class DockerfileTest {
    private static final String OURS = "docker/Dockerfile";
    private static final String PERCONA = "docker/Dockerfile.percona";
    private static final Pattern ARGUMENT = Pattern.compile("\\$\\{([A-Z_]+)}");
    private static final Pattern URL = Pattern.compile("https?://[a-z0-9]");

    @ParameterizedTest
    @ValueSource(strings = {OURS, PERCONA})
    void everySourceOfACopyIsInTheRepositoryAndInTheContext(String file) throws IOException {
        List<String> context = Files.readAllLines(Path.of(".dockerignore"));
        for (Instruction copy : Dockerfile.read(Path.of(file)).all("COPY")) {
            if (!copy.flag("from").isEmpty()) {
                continue;
            }
            for (String source : copy.sources()) {
                boolean mayBeMissing = source.endsWith("*") || source.equals("target/manage.jar");
                assertTrue(mayBeMissing || Files.isRegularFile(Path.of(source)), source + " is not there");
                String start = "!" + source.replace("*", "");
                assertTrue(
                        context.stream().anyMatch(line -> line.equals(start) || line.startsWith(start + "/")),
                        source + " is kept out by .dockerignore");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OURS, PERCONA})
    void everyStageThatIsNamedIsDeclaredBefore(String file) throws IOException {
        Set<String> stages = new HashSet<>();
        for (Instruction instruction : Dockerfile.read(Path.of(file)).instructions()) {
            if (instruction.word().equals("FROM") && instruction.words().size() == 3) {
                stages.add(instruction.words().get(2));
            }
            String from = instruction.flag("from");
            assertTrue(from.isEmpty() || stages.contains(from), "no stage " + from);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OURS, PERCONA})
    void everyBuildArgumentIsDeclaredWhereItIsUsedAndHasADefault(String file) throws IOException {
        Set<String> global = new HashSet<>();
        Set<String> ofStage = new HashSet<>();
        boolean inStage = false;
        for (Instruction instruction : Dockerfile.read(Path.of(file)).instructions()) {
            switch (instruction.word()) {
                case "ARG" -> {
                    String[] argument = instruction.rest().split("=", 2);
                    assertTrue(argument.length == 2 && !argument[1].isEmpty(), argument[0] + " has no default");
                    (inStage ? ofStage : global).add(argument[0]);
                }
                case "FROM" -> {
                    assertEquals(Set.of(), undeclared(instruction, global));
                    inStage = true;
                    ofStage.clear();
                }
                case "COPY", "LABEL", "ENV" -> assertEquals(Set.of(), undeclared(instruction, ofStage));
                default -> {}
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OURS, PERCONA})
    void nothingIsFetchedFromAHostThatIsWrittenIn(String file) throws IOException {
        Dockerfile dockerfile = Dockerfile.read(Path.of(file));
        assertEquals(List.of(), dockerfile.all("ADD"));
        for (Instruction run : dockerfile.all("RUN")) {
            assertFalse(URL.matcher(run.rest()).find(), run.rest());
        }
    }

    @Test
    void bothImagesEndAlike() throws IOException {
        List<Instruction> ours = Dockerfile.read(Path.of(OURS)).image();
        List<Instruction> percona = Dockerfile.read(Path.of(PERCONA)).image();

        assertEquals(afterTheServer(ours), afterTheServer(percona));
    }

    @Test
    void bothImagesMakeTheSameDirectories() throws IOException {
        assertEquals(
                directories(Dockerfile.read(Path.of(OURS)).image()),
                directories(Dockerfile.read(Path.of(PERCONA)).image()));
    }

    @Test
    void hooksOfThePerconaImageRunAsRoot() throws IOException {
        List<Instruction> image = Dockerfile.read(Path.of(PERCONA)).image();

        // Percona's own image ends as the user mysql, who may not write /etc/mysql nor /run/manage.
        assertEquals(
                List.of("root"),
                image.stream()
                        .filter(i -> i.word().equals("USER"))
                        .map(Instruction::rest)
                        .toList());
    }

    @Test
    void theWorkflowBuildsEveryPerconaVersion() throws IOException {
        String workflow = Files.readString(Path.of(".github/workflows/test.yml"));
        for (String version : List.of("5.7", "8.0", "8.4")) {
            assertTrue(workflow.contains("percona: \"" + version + "\""), version);
        }
        assertTrue(workflow.contains("-f " + PERCONA));
        assertTrue(workflow.contains("run: make test"));
    }

    private static Set<String> undeclared(Instruction instruction, Set<String> declared) {
        Set<String> used = new HashSet<>();
        for (Matcher matcher = ARGUMENT.matcher(instruction.rest()); matcher.find(); ) {
            used.add(matcher.group(1));
        }
        used.removeAll(declared);
        return used;
    }

    /** From the first COPY out of the repository that brings the jar on. */
    private static List<Instruction> afterTheServer(List<Instruction> image) {
        List<Instruction> end = image.stream()
                .dropWhile(i -> !(i.word().equals("COPY") && i.rest().contains("manage.jar")))
                .toList();
        assertFalse(end.isEmpty());
        return end;
    }

    private static Set<String> directories(List<Instruction> image) {
        Pattern install = Pattern.compile("install -d [^;]*");
        return image.stream()
                .filter(i -> i.word().equals("RUN"))
                .flatMap(i -> install.matcher(i.rest()).results())
                .map(found -> found.group().strip())
                .collect(Collectors.toSet());
    }
}
