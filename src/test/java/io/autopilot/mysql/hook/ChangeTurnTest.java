package io.autopilot.mysql.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.fake.FakeCluster;
import io.autopilot.mysql.fake.FakeCluster.FakeNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChangeTurnTest {
    private static final Duration LIMIT = Duration.ofSeconds(19);

    @TempDir
    private Path directory;

    private FakeCluster cluster;
    private FakeNode node;
    private final List<String> ends = new ArrayList<>();

    @BeforeEach
    void newCluster() {
        cluster = new FakeCluster(directory, "async");
        node = cluster.withReplicas(0).getFirst();
    }

    /** A run that begins to look now and once more at each of the given times, and ends a second after the last one. */
    private Outcome looks(String name, int... seconds) {
        return new ChangeTurn(node.ports, deadline -> {
                    node.state.changes().take();
                    for (int more : seconds) {
                        cluster.time.sleep(Duration.ofSeconds(more));
                        node.state.changes().take();
                    }
                    cluster.time.sleep(Duration.ofSeconds(1));
                    return Outcome.done("Serve", new Reason(name));
                })
                .run(cluster.time.in(LIMIT));
    }

    private void at(Duration when, String name, int... seconds) {
        cluster.time.alongside(() -> {
            cluster.time.sleep(when);
            ends.add(name + " " + looks(name, seconds).decision());
        });
    }

    @Test
    void aChangeThatComesBeforeAnotherRunBeginsToLookIsSeenByThatOne() {
        at(Duration.ofSeconds(1), "second", 1);
        at(Duration.ofMillis(1100), "third", 1);
        Outcome first = looks("first", 3);
        cluster.time.awaitOthers();
        assertEquals("Serve", first.decision());
        assertEquals(List.of("second Seen", "third Seen"), ends.stream().sorted().toList());
    }

    @Test
    void aChangeThatComesAfterTheLastLookIsLookedAfterByItself() {
        at(Duration.ofMillis(3500), "second", 1);
        at(Duration.ofMillis(3600), "third", 1);
        looks("first", 3);
        cluster.time.awaitOthers();
        assertEquals(1, ends.stream().filter(end -> end.endsWith("Serve")).count(), ends::toString);
        assertEquals(1, ends.stream().filter(end -> end.endsWith("Seen")).count(), ends::toString);
    }

    @Test
    void aRunThatFailsGivesItsTurnBack() {
        try {
            new ChangeTurn(node.ports, deadline -> {
                        throw new IllegalStateException("broken");
                    })
                    .run(cluster.time.in(LIMIT));
        } catch (IllegalStateException e) {
            ends.add(e.getMessage());
        }
        assertEquals(List.of("broken"), ends);
        assertEquals("Serve", looks("next", 1).decision());
    }
}
