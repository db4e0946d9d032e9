package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeRepeater;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotLockTest {
    @TempDir
    Path directory;

    private final FakeRepeater repeater = new FakeRepeater();
    private FakeCluster cluster;
    private SnapshotLock one;
    private SnapshotLock two;

    @BeforeEach
    void twoNodes() {
        cluster = new FakeCluster(directory);
        one = lock("db1", repeater);
        two = lock("db2", new FakeRepeater());
    }

    private SnapshotLock lock(String name, FakeRepeater renewals) {
        return new SnapshotLock(cluster.add(name).node, cluster.consul, renewals, cluster.time);
    }

    private Deadline soon() {
        return cluster.time.in(Duration.ofSeconds(10));
    }

    private static SnapshotLock.Held taken(SnapshotLock.Result result) {
        return assertInstanceOf(SnapshotLock.Result.Taken.class, result).lock();
    }

    private static void busy(SnapshotLock.Result result) {
        assertEquals("db1 is taking a snapshot", assertInstanceOf(SnapshotLock.Result.Busy.class, result).reason().text());
    }

    private void pass(Duration duration, boolean renewing) {
        for (Duration left = duration; left.isPositive(); left = left.minusSeconds(5)) {
            cluster.time.sleep(Duration.ofSeconds(5));
            if (renewing) {
                repeater.fire();
            }
        }
    }

    @Test
    void theOtherNodeIsToldWhoHasIt() {
        SnapshotLock.Held held = taken(one.tryTake(soon()));
        busy(two.tryTake(soon()));
        held.ensureHeld(soon());
    }

    @Test
    void itIsFreeAtOnceWhenGivenBack() {
        taken(one.tryTake(soon())).close();
        assertEquals(0, repeater.running());
        taken(two.tryTake(soon()));
    }

    @Test
    void aRunThatTakesLongKeepsIt() {
        SnapshotLock.Held held = taken(one.tryTake(soon()));
        pass(Duration.ofHours(2), true);
        held.ensureHeld(soon());
        busy(two.tryTake(soon()));
    }

    @Test
    void theLockOfADeadHolderIsTakenOver() {
        SnapshotLock.Held held = taken(one.tryTake(soon()));
        pass(Duration.ofSeconds(25), false);
        busy(two.tryTake(soon()));
        pass(Duration.ofSeconds(5), false);
        taken(two.tryTake(soon()));
        assertEquals(
                "the snapshot lock mysql-backup-running was lost during the run",
                assertThrows(SnapshotException.class, () -> held.ensureHeld(soon())).getMessage());
    }

    @Test
    void everyRunMakesItsOwnSession() {
        taken(one.tryTake(soon()));
        pass(Duration.ofMinutes(1), false);
        taken(one.tryTake(soon())).ensureHeld(soon());
    }

    @Test
    void consulMayBeAwayForAMoment() {
        SnapshotLock.Held held = taken(one.tryTake(soon()));
        cluster.consul.setReachable(false);
        pass(Duration.ofSeconds(10), true);
        cluster.consul.setReachable(true);
        pass(Duration.ofSeconds(60), true);
        held.ensureHeld(soon());
    }

    @Test
    void givingItBackWithoutConsulIsNoFailure() {
        SnapshotLock.Held held = taken(one.tryTake(soon()));
        cluster.consul.setReachable(false);
        held.close();
        assertThrows(ConsulException.class, () -> one.tryTake(soon()));
    }
}
