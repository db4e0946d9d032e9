package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.autopilot.mysql.core.ReplicationState.Receiver;
import io.autopilot.mysql.core.SwitchoverDecision.HandOverTo;
import io.autopilot.mysql.core.SwitchoverDecision.NothingToDo;
import io.autopilot.mysql.core.SwitchoverDecision.Refuse;
import io.autopilot.mysql.core.SwitchoverDecision.UnknownNode;
import io.autopilot.mysql.core.SwitchoverDecision.Verdict;
import io.autopilot.mysql.core.SwitchoverView.Other;
import io.autopilot.mysql.core.SwitchoverView.Primary;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SwitchoverRuleTest {
    private static final String UUID = "00000000-0000-0000-0000-00000000000a";
    private static final Address PRIMARY = new Address("10.0.0.1", 3306);

    @Test
    void theMostAdvancedIsTaken() {
        HandOverTo go = assertInstanceOf(HandOverTo.class, decide(replica("db1").with("1-7"), replica("db2").with("1-9")));
        assertEquals("db2", go.target().node());
        assertEquals("db2 is the most advanced healthy replica", go.reason().text());
        assertEquals(List.of("db2", "db1"), go.verdicts().stream().map(Verdict::node).toList());
        assertEquals(List.of("lacks 2 transactions", "runs 9.7.4"), go.verdicts().get(1).pro().stream().map(Reason::text).toList());
    }

    @Test
    void whatCameAfterTheQuestionMakesNobodyMoreAdvanced() {
        HandOverTo go = assertInstanceOf(HandOverTo.class, decide(replica("db2").with("1-12"), replica("db1").with("1-9")));
        assertEquals("db1", go.target().node());
        assertEquals("has all that db0 had when it was asked", go.target().pro().getFirst().text());
    }

    @Test
    void theNodeThatWasAskedForIsTakenThoughAnotherIsMoreAdvanced() {
        HandOverTo go = assertInstanceOf(HandOverTo.class, decide("db1", replica("db1").with("1-7"), replica("db2")));
        assertEquals("db1", go.target().node());
        assertEquals("db1", go.verdicts().getFirst().node());
    }

    @Test
    void thePrimaryItselfIsNothingToDo() {
        assertEquals("db0 is the primary already", assertInstanceOf(NothingToDo.class, decide("db0", replica("db1"))).reason().text());
    }

    @Test
    void aNodeThatIsNotThereIsRefusedWithTheCandidates() {
        UnknownNode unknown = assertInstanceOf(UnknownNode.class, decide("dbx", replica("db1"), replica("db2"), replica("db3").silent()));
        assertEquals("there is no node dbx; candidates are db1, db2", unknown.reason().text());
    }

    @Test
    void aNodeThatIsUnfitIsRefusedWithWhyAndTheCandidates() {
        assertEquals(
                "db2 lags 61 s behind, more than 60 s; candidates are db1",
                assertInstanceOf(Refuse.class, decide("db2", replica("db1"), replica("db2").lagging(61))).reason().text());
    }

    @Test
    void withoutAFitNodeEachIsRefusedWithItsReasons() {
        assertEquals(
                "no node can take over: db2 has a receiver that isn't connected: 2003 refused; db1 has a server that doesn't answer",
                assertInstanceOf(Refuse.class, decide(replica("db1").silent(), replica("db2").disconnected())).reason().text());
    }

    @Test
    void theOnlyNodeHasNobodyToHandOverTo() {
        assertEquals("db0 is the only node", assertInstanceOf(Refuse.class, decide()).reason().text());
    }

    @Test
    void withoutAPrimaryNothingIsHandedOver() {
        SwitchoverView view = new SwitchoverView(Optional.empty(), List.of(), Optional.empty(), true, Duration.ofSeconds(60));
        assertEquals(
                "there is no primary to hand over: see manage status",
                assertInstanceOf(Refuse.class, SwitchoverRule.decide(view)).reason().text());
    }

    @Test
    void eachReasonAgainstANodeIsGiven() {
        assertEquals(List.of("is away: its hooks don't run"), against(replica("db1").away()));
        assertEquals(List.of("isn't listed as a healthy replica"), against(replica("db1").unlisted()));
        assertEquals(
                List.of("is in maintenance, by db1 at 1970-01-01T00:00:00Z: a new disk"), against(replica("db1").inMaintenance()));
        assertEquals(List.of("doesn't follow db0"), against(replica("db1").following(new Address("10.0.0.9", 3306))));
        assertEquals(List.of("has an applier that is stopped: 1062 duplicate", "lags 100 s behind, more than 60 s"),
                against(replica("db1").applierStopped().lagging(100)));
        assertEquals(List.of("has transactions that db0 lacks: 11111111-1111-1111-1111-111111111111:1"),
                against(replica("db1").errant("11111111-1111-1111-1111-111111111111:1")));
        assertEquals(List.of("runs 8.0.33, older than the 9.7.4 of db0"), against(replica("db1").version("8.0.33")));
    }

    @Test
    void thePrimarysOwnTransactionsAreNeverErrant() {
        assertEquals(List.of(), against(replica("db1").with("1-99")));
    }

    @Test
    void aServerThatOlderOnesCouldNotFollowIsRefused() {
        String why = "runs 9.8.0, which older servers can't follow: db0 with 9.7.4, db2 with 9.7.4;"
                + " upgrade them, or stop the primary as the last old one: then it hands over";
        assertEquals(why, decide(replica("db1").version("9.8.0"), replica("db2")).verdicts().stream()
                .filter(v -> v.node().equals("db1")).findFirst().orElseThrow().against().getFirst().text());
        assertEquals(List.of(), against(replica("db1").version("9.7.9")));
    }

    @Test
    void aPrimaryThatStopsHandsOverToANewerServerWhenNoOlderOneIsLeft() {
        assertInstanceOf(HandOverTo.class, SwitchoverRule.decide(view(Optional.empty(), false, replica("db1").version("9.8.0"))));
        assertInstanceOf(
                Refuse.class,
                SwitchoverRule.decide(view(Optional.empty(), false, replica("db1").version("9.8.0"), replica("db2").unlisted())));
    }

    private static SwitchoverDecision decide(Builder... others) {
        return SwitchoverRule.decide(view(Optional.empty(), true, others));
    }

    private static SwitchoverDecision decide(String wanted, Builder... others) {
        return SwitchoverRule.decide(view(Optional.of(wanted), true, others));
    }

    private static List<String> against(Builder only) {
        return decide(only).verdicts().getFirst().against().stream().map(Reason::text).toList();
    }

    private static SwitchoverView view(Optional<String> wanted, boolean staysOn, Builder... others) {
        Primary primary = new Primary("db0", PRIMARY, UUID, MysqlVersion.parse("9.7.4"), set("1-9"), set("1-10"));
        return new SwitchoverView(
                Optional.of(primary), List.of(others).stream().map(Builder::build).toList(), wanted, staysOn, Duration.ofSeconds(60));
    }

    private static Builder replica(String name) {
        return new Builder(name);
    }

    private static GtidSet set(String ranges) {
        return GtidSet.parse(UUID + ":" + ranges);
    }

    /** A healthy replica that has all, until told otherwise. */
    private static final class Builder {
        private final String name;
        private boolean hooksRun = true;
        private boolean listed = true;
        private boolean answers = true;
        private boolean applier = true;
        private Receiver receiver = Receiver.ON;
        private Address source = PRIMARY;
        private GtidSet executed = set("1-9");
        private long lag;
        private String version = "9.7.4";
        private Optional<ClusterConfig.Maintenance> maintenance = Optional.empty();

        private Builder(String name) {
            this.name = name;
        }

        Builder with(String ranges) {
            executed = set(ranges);
            return this;
        }

        Builder errant(String more) {
            executed = executed.union(GtidSet.parse(more));
            return this;
        }

        Builder silent() {
            answers = false;
            return this;
        }

        Builder away() {
            hooksRun = false;
            return silent();
        }

        Builder inMaintenance() {
            maintenance = Optional.of(new ClusterConfig.Maintenance("db1", "a new disk", Instant.EPOCH));
            return unlisted();
        }

        Builder unlisted() {
            listed = false;
            return this;
        }

        Builder disconnected() {
            receiver = Receiver.CONNECTING;
            return this;
        }

        Builder applierStopped() {
            applier = false;
            return this;
        }

        Builder following(Address other) {
            source = other;
            return this;
        }

        Builder lagging(long seconds) {
            lag = seconds;
            return this;
        }

        Builder version(String text) {
            version = text;
            return this;
        }

        Other build() {
            ReplicationState replication = new ReplicationState(
                    source,
                    "repl",
                    receiver,
                    applier,
                    true,
                    GtidSet.EMPTY,
                    Optional.of(Duration.ofSeconds(lag)),
                    receiver == Receiver.ON ? "" : "2003 refused",
                    applier ? "" : "1062 duplicate");
            ServerState server = new ServerState(
                    MysqlVersion.parse(version),
                    "server-" + name,
                    true,
                    true,
                    false,
                    executed,
                    GtidSet.EMPTY,
                    Optional.of(replication),
                    Optional.empty(),
                    Duration.ofHours(1),
                    Optional.of("cluster-1"),
                    4);
            return new Other(name, new Address("10.0.1.1", 3306), hooksRun, listed, answers ? Optional.of(server) : Optional.empty(), maintenance);
        }
    }
}
