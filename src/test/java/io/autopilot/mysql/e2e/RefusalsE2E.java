package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What the shipped image does with bad input: configuration, Consul, data directories, snapshots, disks. One cluster, made in the first test,
 * lives through all of them; beside its Consul there is another one, which knows no cluster until the last tests.
 */
@Tag("side-by-side")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RefusalsE2E {
    private static final Duration QUICK = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(120);
    private static final int CONFIGURATION = 78;

    private static final String SERVICE = "shop-1";
    private static final String DATABASE = "web`shop-\"it's\" 100%_é";
    private static final String LOOK_ALIKE = "web`shop-\"it's\" 100%xé";
    private static final TestClient APPLICATION = new TestClient("o'n`e-\"two\" #", "a#b $c '$HOME' \"d\"=e\\ é€");
    private static final TestClient ROOT = new TestClient("root", "# \"$r\" 'oo't=\\ ü");
    private static final String REPLICATION_PASSWORD = "r# $x'y\"z =\\é";

    private static LooseNodes nodes;
    private static ConsulHttp consul;
    private static ConsulHttp emptyConsul;
    /** What the snapshot that is damaged in turn was like. */
    private static String snapshot;

    private static int rows;

    @BeforeAll
    static void start() {
        nodes = new LooseNodes(
                "autopilot-refusals",
                Images.latest(),
                Map.of(
                        "SERVICE_NAME", SERVICE,
                        "MYSQL_USER", APPLICATION.user(),
                        "MYSQL_PASSWORD", APPLICATION.password(),
                        "MYSQL_DATABASE", DATABASE,
                        "MYSQL_ROOT_PASSWORD", ROOT.password(),
                        "MYSQL_REPL_PASSWORD", REPLICATION_PASSWORD,
                        "LOG_LEVEL", "DEBUG"));
        emptyConsul = nodes.consul("empty-consul");
    }

    @AfterAll
    static void stop() {
        nodes.close();
    }

    @Test
    @Order(1)
    void aConsulThatIsNotThereYetIsWaitedForInOneLineAndTheNodeGoesOnWhenItComes() {
        nodes.node("first").run();
        nodes.awaitLine("first", "event=waiting", QUICK);
        nodes.awaitAge("first", Duration.ofSeconds(9));
        // ContainerPilot itself has two lines a second to say, which have no `hook`.
        List<String> aboutConsul = nodes.log("first").lines().filter(line -> line.contains("hook=") && line.contains("Consul")).toList();
        assertEquals(1, count(aboutConsul, "hook=preStart"), () -> String.join("\n", aboutConsul));
        assertTrue(aboutConsul.size() <= 3, () -> String.join("\n", aboutConsul));
        consul = nodes.consul("consul");
        assertEquals(nodes.container("first"), nodes.awaitOnly(consul, SERVICE + "-primary", LATER));
    }

    @Test
    @Order(2)
    void aWrongConfigurationIsRefusedInOneMessageThatNamesEveryVariableAndNothingIsDone() {
        String tooLong = "hush-0123456789-0123456789-0123456789";
        LooseNodes.Ended ended = nodes.node("wrong")
                .with("CONSUL", "empty-consul")
                .with("SERVICE_NAME", "Shop_1")
                .with("MYSQL_REPL_PASSWORD", tooLong)
                .with("MYSQL_USER", "u".repeat(33))
                .without("MYSQL_PASSWORD")
                .with("MYSQL_ROOT_PASSWORD", "hush-root")
                .with("MYSQL_RANDOM_ROOT_PASSWORD", "1")
                .with("MANTA_PRIVATE_KEY", "hush-line\nhush-line")
                .with("SNAPSHOT_BACKEND", "floppy")
                .with("BACKUP_TTL", "soon")
                .with("SUPERVISOR", "systemd")
                .with("NODE_ADDRESS", "10.0.0.999")
                .with("LEASE", "1s")
                .runToItsEnd(QUICK);
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        for (String variable : List.of(
                "SERVICE_NAME", "MYSQL_REPL_PASSWORD", "MYSQL_USER", "MYSQL_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD", "MANTA_PRIVATE_KEY",
                "SNAPSHOT_BACKEND", "BACKUP_TTL", "SUPERVISOR", "NODE_ADDRESS", "LEASE")) {
            assertEquals(1, count(ended.log().lines().toList(), "  " + variable + " "), variable + " in\n" + ended.log());
        }
        assertEquals(1, count(ended.log().lines().toList(), "the configuration is wrong"), ended::log);
        assertEquals(12, ended.log().lines().count(), ended::log);
        assertFalse(ended.log().contains("hush"), ended::log);
        assertNothingIsDone("wrong");
    }

    @ParameterizedTest
    @CsvSource({"manta,MANTA_URL MANTA_USER MANTA_KEY_ID MANTA_PRIVATE_KEY", "minio,MINIO_URL S3_BUCKET S3_ACCESS_KEY S3_SECRET_KEY"})
    @Order(3)
    void aStoreThatLacksItsSettingsIsRefusedWithAllOfThem(String backend, String variables) {
        LooseNodes.Ended ended = nodes.node(backend)
                .with("CONSUL", "empty-consul")
                .with("SNAPSHOT_BACKEND", backend)
                .runToItsEnd(QUICK);
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        for (String variable : variables.split(" ", -1)) {
            assertEquals(1, count(ended.log().lines().toList(), "  " + variable + " is missing"), ended::log);
        }
        assertNothingIsDone(backend);
    }

    @Test
    @Order(4)
    void aStoreThatCantBeWrittenIsSaidOnceWithTheRemedyAndNothingIsDone() {
        LooseNodes.Ended ended =
                nodes.node("read-only").with("CONSUL", "empty-consul").withReadOnlySnapshots().runToItsEnd(QUICK);
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        assertSaidOnce(ended, "STORAGE_DIR", "/snapshots", "ead-only file system", "writ");
        assertNothingIsDone("read-only");
    }

    @Test
    @Order(5)
    void aDiskWithoutRoomForANewClusterIsSaidBeforeItIsFoundedAndSoAreSnapshotsWithoutAVolume() {
        LooseNodes.Ended ended = nodes.node("tiny")
                .with("CONSUL", "empty-consul")
                .onDataOfAtMost("60m")
                .withoutAVolumeForSnapshots()
                .runToItsEnd(QUICK);
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        assertSaidOnce(ended, "no room for new data at /var/lib/mysql/data", "bytes are needed", "MYSQL_DATADIR");
        assertTrue(ended.log().contains("event=snapshots-not-on-a-volume"), ended::log);
        assertFalse(ended.log().contains("mysqld-run"), ended::log);
        assertConsulKnowsNothing();
    }

    @Test
    @Order(6)
    void aDataDirectoryThatNobodyFinishedIsRefusedAndLeftAsItWas() {
        nodes.inVolume("half", "cd /volume; mkdir data data/mysql state; head -c 100000 /dev/urandom | tee data/ibdata1 >data/mysql/user.ibd");
        String before = nodes.content("half", "data");
        LooseNodes.Ended ended = nodes.node("half").with("CONSUL", "empty-consul").runToItsEnd(QUICK);
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        assertSaidOnce(ended, "no run of this program finished");
        assertEquals(before, nodes.content("half", "data"));
        assertConsulKnowsNothing();
    }

    @Test
    @Order(7)
    void aVolumeOfAnotherLayoutIsRefusedAndLeftAsItWas() {
        nodes.inVolume("old", "cd /volume; mkdir mysql tmp-mine; echo data | tee ibdata1 tmp-mine/note >mysql/user.frm; chown 999:999 . *");
        String before = nodes.content("old", ".");
        LooseNodes.Ended ended = nodes.node("old").with("CONSUL", "empty-consul").runToItsEnd(QUICK);
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        assertSaidOnce(ended, "another layout", "ibdata1");
        assertEquals(before, nodes.content("old", "."));
        assertConsulKnowsNothing();
    }

    @Test
    @Order(8)
    void namesAndPasswordsOfAnyCharactersWorkOverTheNetwork() throws SQLException {
        String primary = nodes.address("first");
        APPLICATION.write(primary, DATABASE, "CREATE TABLE ledger (id INT PRIMARY KEY)");
        write();
        assertEquals(List.of("1"), ROOT.read(primary, DATABASE, "SELECT id FROM ledger"));
        ROOT.write(primary, "mysql", "CREATE DATABASE `" + LOOK_ALIKE.replace("`", "``") + "`");
        assertThrows(SQLException.class, () -> APPLICATION.connect(primary, LOOK_ALIKE));
    }

    @Test
    @Order(9)
    void aSnapshotThatIsCutAlteredOrMisdescribedIsRefusedAndLeavesNothing() {
        awaitSnapshot();
        snapshot = nodes.exec("first", "bash", "-c", "ls -d /snapshots/" + SERVICE + "/*.tar*/* | head -n 1").strip();
        String manifest = nodes.exec("first", "bash", "-c", "ls /snapshots/" + SERVICE + "/*.manifest.json").strip();
        nodes.exec("first", "cp", "-r", "/snapshots", "/tmp/good");

        nodes.exec("first", "truncate", "-s", "-100", snapshot);
        nodes.node("replica").run();
        assertRefused(nodes.awaitEnd("replica", SOON), "bytes instead of");

        restoreTheStore();
        // One bit, so that the size stays and no byte can be what it was.
        nodes.exec("first", "perl", "-e", "$f = shift; open F, '+<', $f; seek F, (-s $f) / 2, 0; read F, $b, 1; seek F, (-s $f) / 2, 0;"
                + " print F chr(ord($b) ^ 1)", snapshot);
        assertRefused(nodes.runAgain("replica", SOON), "don't have the hash that the manifest says");

        restoreTheStore();
        nodes.exec("first", "sed", "-i", "s/\"term\" : 1/\"term\" : 9/", manifest);
        assertRefused(nodes.runAgain("replica", SOON), "its fields don't match their hash");
    }

    @Test
    @Order(10)
    void theNodeThatWasRefusedIsRestoredFromTheNextGoodSnapshotAndFollows() throws SQLException {
        nodes.exec("first", "manage", "snapshot");
        nodes.inVolume("replica", "mkdir -p /volume/tmp-killed; echo half >/volume/tmp-killed/ibdata1");
        nodes.start("replica");
        assertEquals(nodes.container("replica"), nodes.awaitOnly(consul, SERVICE, LATER));
        write();
        awaitRows("replica");
        assertEquals("data\nstate\n", nodes.exec("replica", "ls", "/var/lib/mysql"));
        assertNoSecretIn(nodes.log("first") + nodes.log("replica"));
    }

    @Test
    @Order(11)
    void aDiskWithoutRoomForTheSnapshotIsSaidBeforeItIsRestored() {
        LooseNodes.Ended ended = nodes.node("small").onDataOfAtMost("20m").runToItsEnd(SOON);
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        Matcher room = Pattern.compile("no room at \\S+: (\\d+) bytes are needed, (\\d+) are free").matcher(ended.log());
        assertTrue(room.find(), ended::log);
        assertTrue(Long.parseLong(room.group(1)) > 20 << 20, ended::log);
        assertTrue(Long.parseLong(room.group(2)) <= 20 << 20, ended::log);
        assertFalse(ended.log().contains("No space left"), ended::log);
    }

    @Test
    @Order(12)
    void aConsulThatNeverAnswersIsGivenUpEachTimeAndWaitedForInOneLine() {
        nodes.docker("pause", nodes.container("empty-consul"));
        nodes.node("lost").with("CONSUL", "empty-consul").run();
        nodes.awaitLine("lost", "event=waiting", QUICK);
        nodes.awaitAge("lost", Duration.ofSeconds(14));
        assertEquals(1, count(nodes.log("lost").lines().toList(), "event=waiting"), () -> nodes.log("lost"));
        nodes.docker("unpause", nodes.container("empty-consul"));
        assertEquals(CONFIGURATION, nodes.awaitEnd("lost", SOON).status());
    }

    @Test
    @Order(13)
    void aClusterThatConsulForgotIsNotBegunAnewWhileThereAreSnapshotsOfItsName() {
        LooseNodes.Ended ended = nodes.runAgain("lost", QUICK);
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        assertSaidOnce(ended, "BOOTSTRAP_FROM=latest", "BOOTSTRAP_FROM=empty");
        assertNothingIsDone("lost");
    }

    @Test
    @Order(14)
    void theOperatorsWordToAllNodesBeginsItAnewOnceFromTheNewestSnapshotUnderANewUuid() throws SQLException {
        for (String name : List.of("reborn", "reborn-too")) {
            nodes.node(name).with("CONSUL", "empty-consul").with("BOOTSTRAP_FROM", "latest").run();
        }
        String primary = nodes.awaitOnly(emptyConsul, SERVICE + "-primary", LATER);
        String replica = nodes.awaitOnly(emptyConsul, SERVICE, LATER);
        assertEquals(Set.of(nodes.container("reborn"), nodes.container("reborn-too")), Set.of(primary, replica));
        assertNotEquals(initialized(consul), initialized(emptyConsul));
        // What was written before the snapshot, and nothing that came after it.
        for (String name : List.of("reborn", "reborn-too")) {
            assertEquals(List.of("1"), APPLICATION.read(nodes.address(name), DATABASE, "SELECT id FROM ledger"), name);
        }
    }

    @Test
    @Order(15)
    void dataOfAnotherClusterIsRefusedAndLeftAsItWasAndTheClusterIsUnharmed() throws SQLException {
        nodes.docker("stop", "-t", "60", nodes.container("reborn"));
        String before = nodes.content("reborn", ".");
        Set<String> keys = consul.keys("").keySet();
        String ours = initialized(consul);
        LooseNodes.Ended ended = nodes.node("stranger").onDataOf("reborn").runToItsEnd(QUICK);
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        assertSaidOnce(ended, initialized(emptyConsul), ours, "SERVICE_NAME");
        assertEquals(before, nodes.content("reborn", "."));
        assertEquals(keys, consul.keys("").keySet());
        assertEquals(ours, initialized(consul));
        assertEquals(List.of(nodes.container("first")), consul.passing(SERVICE + "-primary"));
        assertEquals(List.of(nodes.container("replica")), consul.passing(SERVICE));
        write();
        awaitRows("replica");
    }

    private static void write() throws SQLException {
        rows++;
        APPLICATION.write(nodes.address("first"), DATABASE, "INSERT INTO ledger VALUES (" + rows + ")");
    }

    private static void awaitRows(String name) {
        String address = nodes.address(name);
        Await.until(rows + " rows on " + name, SOON, () -> rowsAt(address).filter(seen -> seen.size() == rows), nodes::logs);
    }

    private static Optional<List<String>> rowsAt(String address) {
        try {
            return Optional.of(APPLICATION.read(address, DATABASE, "SELECT id FROM ledger"));
        } catch (SQLException e) {
            return Optional.empty();
        }
    }

    private static void awaitSnapshot() {
        Await.until(
                "pointer to a snapshot",
                SOON,
                () -> consul.keys(SERVICE + "-last-backup").isEmpty() ? Optional.empty() : Optional.of(true),
                nodes::logs);
    }

    private static void restoreTheStore() {
        nodes.exec("first", "cp", "-r", "/tmp/good/.", "/snapshots/");
    }

    private static String initialized(ConsulHttp consul) {
        return String.valueOf(consul.keys(SERVICE + "/initialized").get(SERVICE + "/initialized"));
    }

    /** Refused with the reason, and the volume has no data directory and no part of one. */
    private static void assertRefused(LooseNodes.Ended ended, String reason) {
        assertEquals(CONFIGURATION, ended.status(), ended::log);
        assertSaidOnce(ended, "has no usable snapshot", reason);
        assertEquals("", nodes.inVolume("replica", "cd /volume && find . -mindepth 1 ! -path ./state | sort"));
    }

    /** One line of an error has all these words. */
    private static void assertSaidOnce(LooseNodes.Ended ended, String... words) {
        List<String> lines = new ArrayList<>(ended.log().lines().filter(line -> line.contains("ERROR")).toList());
        for (String word : words) {
            lines.removeIf(line -> !line.contains(word));
        }
        assertEquals(1, lines.size(), () -> List.of(words) + " in one line of\n" + ended.log());
    }

    private static void assertNothingIsDone(String name) {
        assertEquals("", nodes.inVolume(name, "find /volume -mindepth 1"));
        assertFalse(nodes.log(name).contains("mysqld-run"), () -> nodes.log(name));
        assertConsulKnowsNothing();
    }

    private static void assertConsulKnowsNothing() {
        // Which also shows that it answers.
        assertEquals(Set.of("consul"), emptyConsul.services());
        assertEquals(Map.of(), emptyConsul.keys(""));
    }

    private static void assertNoSecretIn(String log) {
        for (String secret : List.of(APPLICATION.password(), ROOT.password(), REPLICATION_PASSWORD)) {
            assertFalse(log.contains(secret), () -> "a secret in\n" + log);
        }
    }

    private static long count(List<String> lines, String words) {
        return lines.stream().filter(line -> line.contains(words)).collect(Collectors.counting());
    }
}
