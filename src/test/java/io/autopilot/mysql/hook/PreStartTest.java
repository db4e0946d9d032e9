package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.mysqld.DirectoryVolume;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import io.autopilot.mysql.fake.FakeSnapshots;
import io.autopilot.mysql.port.DataVolume;
import io.autopilot.mysql.port.LocalState.DataMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The data directory before mysqld starts: real directories, a fake Consul, a fake store. */
class PreStartTest {
    private static final GtidSet SET = GtidSet.parse("00000000-0000-0000-0000-000000000001:1-9");

    @TempDir
    private Path directory;

    private FakeCluster cluster;
    private final FakeSnapshots snapshots = new FakeSnapshots();
    private FakeNode node;
    private DataVolume volume;

    @BeforeEach
    void emptyNode() throws IOException {
        cluster = new FakeCluster(directory);
        node = cluster.addEmpty("db0");
        volume = volume("db0");
    }

    @Test
    void theFirstNodeFoundsTheClusterOnce() {
        assertTrue(run(node, volume).isDone());
        assertEquals(Optional.of(new DataMark("new-db0", true)), node.state.dataMark());
        assertEquals(Optional.of("new-db0"), initialized());
        assertTrue(run(node, volume).isDone());
        assertEquals(Optional.of("new-db0"), initialized());
    }

    @Test
    void theServersConfigurationIsThereBeforeItStarts() throws IOException {
        run(node, volume);
        assertEquals("[mysqld]", Files.readString(directory.resolve("db0.cnf")));
    }

    @Test
    void theSecondNodeWaitsForASnapshotAndRestoresIt() throws IOException {
        run(node, volume);
        FakeNode second = cluster.addEmpty("db1");
        DataVolume empty = volume("db1");
        cluster.time.meanwhile(() -> snapshots.hold("s1", "new-db0", SET));
        assertTrue(run(second, empty).isDone());
        assertEquals(Optional.of(new DataMark("new-db0", true)), second.state.dataMark());
        assertEquals(Optional.of(SET), second.state.restoredGtids());
        assertTrue(second.state.mustJoin());
        assertEquals("restored", Files.readString(empty.dataDirectory().resolve("ibdata1")));
    }

    @Test
    void ofTwoNodesThatStartTogetherOneFoundsTheCluster() {
        FakeNode second = cluster.addEmpty("db1");
        DataVolume other = volume("db1");
        Supplier<String> meanwhile = () -> {
            preStart(second, other, () -> "new-db1").run(cluster.time.in(Duration.ofSeconds(5)));
            return "new-db0";
        };
        assertTrue(preStart(node, volume, meanwhile).run(cluster.time.in(Duration.ofMinutes(2))).isDone());
        assertTrue(other.isEmpty());
        assertEquals(Optional.empty(), second.state.dataMark());
        assertEquals(Optional.of(new DataMark("new-db0", true)), node.state.dataMark());
    }

    @Test
    void aSecondClusterOnOneConsulIsFoundedForItself() {
        run(node, volume);
        FakeNode other = cluster.addEmpty("shop0", "SERVICE_NAME", "shop");
        assertTrue(run(other, volume("shop0")).isDone());
        assertEquals(Optional.of(new DataMark("new-shop0", true)), other.state.dataMark());
        assertEquals(Optional.of("new-db0"), initialized());
    }

    @Test
    void withoutASnapshotItTriesLaterAndHasDoneNothing() throws IOException {
        run(node, volume);
        FakeNode second = cluster.addEmpty("db1");
        DataVolume empty = volume("db1");
        Outcome outcome = run(second, empty);
        assertEquals(Outcome.Status.TRY_LATER, outcome.status());
        assertTrue(empty.isEmpty());
        assertTrue(second.state.dataMark().isEmpty());
    }

    @Test
    void aStoreThatIsOutOfReachKeepsNoDataFromBeingServedAndNoNewNodeBegins() throws IOException {
        run(node, volume);
        snapshots.takeStoreAway();
        assertTrue(run(node, volume).isDone());
        FakeNode second = cluster.addEmpty("db1");
        Outcome outcome = run(second, volume("db1"));
        assertEquals(Outcome.Status.TRY_LATER, outcome.status());
        assertEquals("s3 doesn't answer", outcome.reason().text());
    }

    @Test
    void aDamagedSnapshotIsRefusedAndLeavesNothingBehind() throws IOException {
        run(node, volume);
        snapshots.hold("s1", "new-db0", SET);
        snapshots.damage();
        FakeNode second = cluster.addEmpty("db1");
        DataVolume empty = volume("db1");
        Outcome outcome = run(second, empty);
        assertEquals(Outcome.Status.REFUSED, outcome.status());
        assertTrue(outcome.reason().text().contains("s1 is damaged"));
        assertTrue(empty.isEmpty());
        assertTrue(empty.strangers().isEmpty());
        assertTrue(second.state.dataMark().isEmpty());
    }

    @Test
    void aStoreThatTakesNothingIsSaidBeforeAnythingIsDone() {
        snapshots.breakStore();
        Outcome outcome = run(node, volume);
        assertEquals(Outcome.Status.REFUSED, outcome.status());
        assertTrue(volume.isEmpty());
        assertTrue(initialized().isEmpty());
    }

    @Test
    void consulThatIsAwayIsWaitedFor() {
        cluster.consul.setReachable(false);
        assertEquals(Outcome.Status.TRY_LATER, run(node, volume).status());
        cluster.time.meanwhile(() -> cluster.consul.setReachable(true));
        assertTrue(run(node, volume).isDone());
    }

    @Test
    void whatLostTheRaceIsWipedAndJoins() {
        run(node, volume);
        cluster.consul.cas("mysql/initialized", "other", index("mysql/initialized"), cluster.time.in(Duration.ofSeconds(1)));
        node.state.writeDataMark(new DataMark("new-db0", false));
        snapshots.hold("s1", "other", SET);
        assertTrue(run(node, volume).isDone());
        assertEquals(Optional.of(new DataMark("other", true)), node.state.dataMark());
    }

    @Test
    void anotherClustersDataIsRefusedAndLeftAsItIs() throws IOException {
        run(node, volume);
        cluster.consul.cas("mysql/initialized", "other", index("mysql/initialized"), cluster.time.in(Duration.ofSeconds(1)));
        Outcome outcome = run(node, volume);
        assertEquals(Outcome.Status.REFUSED, outcome.status());
        assertTrue(Files.exists(volume.dataDirectory().resolve("ibdata1")));
    }

    @Test
    void consulThatLostItsDataIsToldTheClusterAgain() {
        run(node, volume);
        cluster.consul.deleteCas("mysql/initialized", index("mysql/initialized"), cluster.time.in(Duration.ofSeconds(1)));
        assertTrue(run(node, volume).isDone());
        assertEquals(Optional.of("new-db0"), initialized());
    }

    @Test
    void aVolumeThatIsRefusedIsLeftAsItIsDownToWhatLooksLikeALeftover() throws IOException {
        Path foreign = Files.createDirectories(directory.resolve("db0-volume"));
        Files.writeString(foreign.resolve("ibdata1"), "data");
        Files.createDirectories(foreign.resolve("tmp-mine"));
        assertEquals(Outcome.Status.REFUSED, run(node, volume).status());
        try (var there = Files.list(foreign)) {
            assertEquals(List.of(foreign.resolve("ibdata1"), foreign.resolve("tmp-mine")), there.sorted().toList());
        }
    }

    @Test
    void aVolumeThatCantBeWrittenIsRefusedWithTheRemedy() throws IOException {
        Files.createDirectories(directory.resolve("db0-volume"));
        Files.writeString(directory.resolve("db0-volume/state"), "a file where a directory has to be");
        Outcome outcome = run(node, volume);
        assertEquals(Outcome.Status.REFUSED, outcome.status());
        assertTrue(outcome.reason().text().contains("MYSQL_DATADIR"), outcome.reason()::text);
        assertTrue(initialized().isEmpty());
    }

    @Test
    void aKilledRunLeavesNothingThatTheNextOneTrusts() throws IOException {
        Path half = Files.createDirectories(directory.resolve("db0-volume").resolve("tmp-1"));
        Files.writeString(half.resolve("ibdata1"), "half");
        node.state.writeDataMark(new DataMark("never-finished", false));
        assertTrue(run(node, volume).isDone());
        assertFalse(Files.exists(half));
        assertEquals(Optional.of("new-db0"), initialized());
    }

    @Test
    void aNewClusterIsFoundedFromASnapshotWhenTheOperatorSaysSo() {
        snapshots.hold("s1", "lost-cluster", SET);
        snapshots.forgetPointer();
        assertEquals(Outcome.Status.REFUSED, run(node, volume).status());
        FakeNode told = cluster.addEmpty("db1", "BOOTSTRAP_FROM", "latest");
        assertTrue(run(told, volume("db1")).isDone());
        assertEquals(Optional.of(new DataMark("new-db1", true)), told.state.dataMark());
        assertEquals(Optional.of("lost-cluster"), told.state.leftCluster());
        assertFalse(told.state.mustJoin());
    }

    @Test
    void theOperatorsWordIsObeyedByOneNodeThoughAllHaveIt() {
        snapshots.hold("s1", "lost-cluster", SET);
        snapshots.forgetPointer();
        FakeNode first = cluster.addEmpty("db1", "BOOTSTRAP_FROM", "latest");
        FakeNode second = cluster.addEmpty("db2", "BOOTSTRAP_FROM", "latest");
        assertTrue(run(first, volume("db1")).isDone());
        assertEquals(Outcome.Status.TRY_LATER, run(second, volume("db2")).status());
        assertEquals(Optional.of("new-db1"), initialized());
        snapshots.hold("s2", "new-db1", SET);
        assertTrue(run(second, volume("db2")).isDone());
        assertEquals(Optional.of(new DataMark("new-db1", true)), second.state.dataMark());
    }

    @Test
    void aWordThatIsLeftBehindDoesNothingMoreOnceANodeWithDataHasAnnouncedItsCluster() {
        FakeNode withData = cluster.addEmpty("db1", "BOOTSTRAP_FROM", "empty");
        assertTrue(run(withData, volume("db1")).isDone());
        for (String key : List.of("mysql/initialized", "mysql/bootstrapped")) {
            cluster.consul.deleteCas(key, index(key), cluster.time.in(Duration.ofSeconds(1)));
        }
        assertTrue(run(withData, volume("db1")).isDone());
        FakeNode empty = cluster.addEmpty("db2", "BOOTSTRAP_FROM", "empty");
        assertEquals(Outcome.Status.TRY_LATER, run(empty, volume("db2")).status());
        assertEquals(Optional.of("new-db1"), initialized());
    }

    @Test
    void aFounderThatWasKilledBeforeTheEndForgetsTheOldTermsInItsNextRun() {
        cluster.consul.cas("mysql/history/7", "old", 0, cluster.time.in(Duration.ofSeconds(1)));
        run(node, volume);
        node.state.writeDataMark(new DataMark("new-db0", false));
        cluster.consul.cas("mysql/history/7", "old", 0, cluster.time.in(Duration.ofSeconds(1)));
        assertTrue(run(node, volume).isDone());
        assertTrue(cluster.consul.list("mysql/history/", cluster.time.in(Duration.ofSeconds(1))).isEmpty());
    }

    private Optional<String> initialized() {
        return cluster.consul.get("mysql/initialized", cluster.time.in(Duration.ofSeconds(1))).map(e -> e.value());
    }

    private long index(String key) {
        return cluster.consul.get(key, cluster.time.in(Duration.ofSeconds(1))).orElseThrow().modifyIndex();
    }

    private Outcome run(FakeNode who, DataVolume on) {
        return preStart(who, on, () -> "new-" + who.name).run(cluster.time.in(Duration.ofMinutes(2)));
    }

    private PreStart preStart(FakeNode who, DataVolume on, Supplier<String> newUuid) {
        return new PreStart(who.node, who.ports, on, snapshots, () -> "[mysqld]", newUuid);
    }

    private DataVolume volume(String name) {
        return new DirectoryVolume(directory.resolve(name + "-volume"), directory.resolve(name + ".cnf"), Optional.empty());
    }
}
