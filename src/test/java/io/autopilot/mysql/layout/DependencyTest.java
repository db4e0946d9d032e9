package io.autopilot.mysql.layout;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** Dependencies point one way: cli to hook and adapter, those to port, port to core; see the table in the README. */
class DependencyTest {
    private static final String ROOT = "io.autopilot.mysql.";
    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.autopilot.mysql");

    @Test
    void coreKnowsNobody() {
        mustNotUse("core", "port", "hook", "adapter", "cli", "pilot");
    }

    @Test
    void portsKnowOnlyCoreAndConfig() {
        mustNotUse("port", "hook", "adapter", "cli", "pilot");
    }

    @Test
    void hooksNeverSeeAnAdapter() {
        mustNotUse("hook", "adapter", "cli", "pilot");
    }

    @Test
    void adaptersKnowOnlyPortsAndBelow() {
        mustNotUse("adapter", "hook", "cli", "pilot");
    }

    @Test
    void theSupervisorKnowsNothingOfMysql() {
        mustNotUse("pilot", "core", "port", "hook", "adapter", "cli", "config");
    }

    @Test
    void adaptersNeverSeeEachOther() {
        slices().matching(ROOT + "adapter.(*)..")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(
                        com.tngtech.archunit.base.DescribedPredicate.alwaysTrue(),
                        com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage(
                                ROOT + "adapter.process..", ROOT + "adapter.tls.."))
                .as("adapters see each other only where they run a program, or trust a file of authorities")
                .allowEmptyShould(true)
                .check(MAIN);
    }

    @Test
    void pureCodeDoesNoInputOrOutputAndNeverAsksTheTime() {
        rule(noClasses()
                .that()
                .resideInAPackage(ROOT + "core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.net..", "java.nio.channels..", "java.sql..", "org.slf4j.."));
        rule(noClasses()
                .that()
                .resideInAPackage(ROOT + "core..")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis"));
    }

    @Test
    void onlyTheCommandLineEndsTheProgram() {
        rule(noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "cli..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class));
    }

    @Test
    void aForbiddenDependencyIsFound() {
        assertThrows(AssertionError.class, () -> mustNotUse("port", "core"));
    }

    private static void mustNotUse(String user, String... used) {
        String[] packages = java.util.Arrays.stream(used).map(p -> ROOT + p + "..").toArray(String[]::new);
        rule(noClasses()
                .that()
                .resideInAPackage(ROOT + user + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages));
    }

    private static void rule(ArchRule rule) {
        rule.allowEmptyShould(true).check(MAIN);
    }
}
