package io.autopilot.mysql.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.e2e.Command.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Switchovers of a cluster of three that is written to all the time; no row that was acknowledged may be missing, or be there twice. In order. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SwitchoverE2E {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration LATER = Duration.ofSeconds(120);
    private static final int ROUNDS = 5;
    private static final int USAGE = 64;
    private static final int TRY_LATER = 75;
    private static final Pattern STOPPED = Pattern.compile("writes stopped for (\\d+) ms");

    private TestCluster cluster;
    private Ledger ledger;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException, SQLException {
        cluster = new TestCluster("autopilot-switchover", Images.latest(), directory, Map.of());
        ledger = new Ledger(cluster);
        cluster.up(1);
        cluster.awaitPrimary(LATER);
        ledger.create();
        ledger.write();
        cluster.await("a snapshot", SOON, cluster::lastSnapshot);
        cluster.up(3);
        cluster.awaitReplicas(2, LATER);
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void aDryRunSaysWhoWouldBeThePrimaryAndChangesNothing() {
        String primary = cluster.awaitPrimary(SOON);
        Result result = cluster.manage(primary, "switchover", "--dry-run");
        assertEquals(0, result.status(), result::err);
        assertTrue(result.out().contains("would be  " + cluster.replicas().stream().sorted().findFirst().orElseThrow()), result::out);
        assertEquals(Optional.of(primary), cluster.primary());
    }

    @Test
    @Order(2)
    void aTargetThatIsNotThereIsRefusedWithTheCandidates() {
        String primary = cluster.awaitPrimary(SOON);
        Result result = cluster.manage(cluster.replicas().getFirst(), "switchover", "--to", "nosuch");
        assertEquals(USAGE, result.status(), result::err);
        assertTrue(result.out().contains("there is no node nosuch; candidates are"), result::out);
        cluster.replicas().forEach(replica -> assertTrue(result.out().contains(replica), result::out));
        assertEquals(Optional.of(primary), cluster.primary());
    }

    @Test
    @Order(3)
    void fiveTimesRoundWithoutALossUnderWrites() throws InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        Thread client = Thread.ofPlatform().start(() -> {
            while (!over.get()) {
                ledger.write();
            }
        });
        try {
            for (int round = 0; round < ROUNDS; round++) {
                String old = cluster.awaitPrimary(SOON);
                cluster.awaitReplicas(2, LATER);
                List<String> replicas = cluster.replicas().stream().sorted().toList();
                String next = replicas.get(round % replicas.size());
                // By turns on each kind of node: the primary, the target, the other replica.
                String on = List.of(old, next, replicas.get((round + 1) % replicas.size())).get(round % 3);
                Result result = cluster.manage(on, "switchover", "--to", next);
                assertEquals(0, result.status(), () -> result.out() + result.err());
                assertTrue(result.out().startsWith(next + " is the primary"), result::out);
                cluster.await("the switchover in the catalog", SOON, () -> cluster.primary().filter(next::equals));
            }
        } finally {
            over.set(true);
            client.join();
        }
        cluster.awaitReplicas(2, LATER);
        ledger.isWholeOnEveryNode();
    }

    @Test
    @Order(4)
    void aTargetThatFreezesInTheMiddleIsGivenUpWithinTheDeadlineOrReplaced() {
        String old = cluster.awaitPrimary(SOON);
        String target = cluster.replicas().getFirst();
        Map<String, String> before = cluster.keys("mysql/successor");
        CompletableFuture<Result> running = CompletableFuture.supplyAsync(() -> cluster.manage(old, "switchover", "--to", target, "--deadline", "4s"));
        cluster.await("a target that is ready", SOON, () -> Optional.of(cluster.keys("mysql/successor")).filter(now -> !now.equals(before)));
        cluster.freeze(target);
        Result result;
        try {
            result = running.join();
            if (result.status() == TRY_LATER) {
                assertTrue(result.out().startsWith(old + " writes on; "), result::out);
                Matcher stopped = STOPPED.matcher(result.out());
                assertTrue(!stopped.find() || Long.parseLong(stopped.group(1)) <= 4_000, result::out);
                assertEquals(old, ledger.write(SOON));
            } else {
                // It froze with the lease in its hands, or a moment after all was done: there is nothing to undo, and the others replace it.
                String end = result.status() == 0
                        ? target + " is the primary"
                        : "(\\w+ is the primary, term \\d+; )?" + target + " (has the lease and was not seen to accept writes|took the lease and was lost)";
                assertTrue(Pattern.compile(end).matcher(result.out()).lookingAt(), result::out);
                ledger.writeElsewhere(target, SOON);
            }
        } finally {
            cluster.thaw(target);
        }
        cluster.awaitReplicas(2, LATER);
        assertNotEquals(target, ledger.write());
        ledger.isWholeOnEveryNode();
    }
}
