package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.AdoptDecision.Adopt;
import io.autopilot.mysql.core.AdoptDecision.Refuse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdoptRuleTest {
    private static final String UUID = "00000000-0000-0000-0000-00000000000a";

    private Optional<PrimaryRecord> primary = Optional.empty();
    private boolean held;
    private Optional<String> cluster = Optional.of("c1");
    private long recordedTerm;
    private Optional<String> recordedPrimary = Optional.empty();
    private Optional<ServerState> mysqld = Optional.of(server("s0", "1-9", 4, "c1", false));
    private boolean mustJoin;
    private final List<AdoptView.Peer> peers = new ArrayList<>();

    @Test
    void theNodeThatHasMostBecomesThePrimaryWithTheTermAfterTheNewestOfAllJournals() {
        peer("db1", server("s1", "1-8", 5, "c1", false));
        Adopt adopt = decides(false, Adopt.class);
        assertEquals(6, adopt.term());
        assertEquals(GtidSet.EMPTY, adopt.lost());
    }

    @Test
    void alsoWhenConsulDoesNotEvenKnowTheCluster() {
        cluster = Optional.empty();
        assertEquals(5, decides(false, Adopt.class).term());
    }

    @Test
    void aRecordedPrimaryIsNeverOverruled() {
        primary = Optional.of(new PrimaryRecord(
                "db1", new Address("10.0.0.1", 3306), 4, "s1", PrimaryRecord.State.ESTABLISHED, Instant.EPOCH, Optional.empty()));
        assertTrue(decides(true, Refuse.class).reason().text().contains("Consul names a primary, db1"));
        held = true;
        assertTrue(decides(true, Refuse.class).reason().text().contains("db1 holds the lease"));
    }

    @Test
    void dataOfAnotherClusterIsNeverAdopted() {
        cluster = Optional.of("c2");
        assertTrue(decides(true, Refuse.class).reason().text().contains("belongs to cluster c1, but Consul's is c2"));
    }

    @Test
    void dataOfNoClusterIsNeverAdopted() {
        mysqld = Optional.of(server("s0", "1-9", 0, null, false));
        assertTrue(decides(true, Refuse.class).reason().text().contains("belongs to no cluster"));
    }

    @Test
    void aServerThatIsDownIsNotAdopted() {
        mysqld = Optional.empty();
        assertTrue(decides(true, Refuse.class).reason().text().contains("doesn't answer"));
    }

    @Test
    void nobodyIsAdoptedBesideAServerThatWrites() {
        peer("db1", server("s1", "1-9", 4, "c1", true));
        assertTrue(decides(true, Refuse.class).reason().text().contains("db1 accepts writes"));
        peers.clear();
        mysqld = Optional.of(server("s0", "1-9", 4, "c1", true));
        assertTrue(decides(true, Refuse.class).reason().text().contains("db0 still accepts writes"));
    }

    @Test
    void whatAnotherNodeHasMoreIsSpelledOutAndLostOnlyByForce() {
        peer("db1", server("s1", "1-12", 4, "c1", false));
        Refuse refuse = decides(false, Refuse.class);
        assertTrue(refuse.reason().text().contains("db1 has " + UUID + ":10-12, which db0 lacks"), refuse.toString());
        Adopt adopt = decides(true, Adopt.class);
        assertEquals(GtidSet.parse(UUID + ":10-12"), adopt.lost());
        assertTrue(adopt.reason().text().contains("by force: db1 has"), adopt.toString());
    }

    @Test
    void aLivingNodeThatCantBeReadNeedsForceAndADeadOneDoesNot() {
        peers.add(new AdoptView.Peer("db1", false, Optional.empty()));
        decides(false, Adopt.class);
        peers.add(new AdoptView.Peer("db2", true, Optional.empty()));
        assertTrue(decides(false, Refuse.class).reason().text().contains("db2 is alive"));
        decides(true, Adopt.class);
    }

    @Test
    void aNodeOfAnotherClusterDoesNotCount() {
        peer("db1", server("s1", "1-99", 40, "c9", false));
        assertEquals(5, decides(false, Adopt.class).term());
    }

    @Test
    void anOldSnapshotsDataNeedsForce() {
        mustJoin = true;
        assertTrue(decides(false, Refuse.class).reason().text().contains("snapshot"));
        decides(true, Adopt.class);
    }

    @Test
    void theLastPrimaryThatConsulStillKnowsHasToBeAmongTheNodesThatCanBeRead() {
        recordedTerm = 7;
        recordedPrimary = Optional.of("s1");
        assertTrue(decides(false, Refuse.class).reason().text().contains("the primary of term 7"));
        peer("db1", server("s1", "1-9", 4, "c1", false));
        assertEquals(8, decides(false, Adopt.class).term());
    }

    private void peer(String node, ServerState state) {
        peers.add(new AdoptView.Peer(node, true, Optional.of(state)));
    }

    private static ServerState server(
            String uuid, String intervals, long journalTerm, @Nullable String cluster, boolean writable) {
        return new ServerState(
                MysqlVersion.parse("9.7.4"),
                uuid,
                !writable,
                !writable,
                false,
                GtidSet.parse(UUID + ":" + intervals),
                GtidSet.EMPTY,
                Optional.empty(),
                Optional.empty(),
                Duration.ofHours(1),
                Optional.ofNullable(cluster),
                journalTerm);
    }

    private <T extends AdoptDecision> T decides(boolean force, Class<T> kind) {
        AdoptView view =
                new AdoptView("db0", primary, held, cluster, recordedTerm, recordedPrimary, mysqld, mustJoin, peers);
        return assertInstanceOf(kind, AdoptRule.decide(view, force));
    }
}
