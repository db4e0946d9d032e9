package io.autopilot.mysql.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.Durability;
import io.autopilot.mysql.search.Action.Kind;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing within these bounds breaks what is promised, and without any one guard something does; {@code make search} goes further. */
class SearchTest {
    @BeforeAll
    static void quiet() {
        SearchRun.quiet();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void itBeginsWithTwoMembers(int acks) {
        Durability promised = new World(acks, Optional.empty(), Optional.empty()).watch.durability().orElseThrow();
        assertEquals(Optional.empty(), promised.next());
        assertEquals(2, promised.proven().ackSet().size());
        assertEquals(acks, promised.proven().acksRequired());
    }

    @Test
    void aCopyIsTheSameStateAndGoesItsOwnWay() {
        World world = new World(1, Optional.empty(), Optional.empty());
        Key before = Key.of(world.described());
        World copy = world.copy();
        assertEquals(before, Key.of(copy.described()));
        copy.perform(Action.of(Kind.ALL_DIE, 0));
        assertEquals(before, Key.of(world.described()));
        assertNotEquals(before, Key.of(copy.described()));
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsFoundThatBreaksThePromise(Theme theme) {
        for (int acks = 1; acks <= 2; acks++) {
            Search.Result result = new Search(theme.bounds(acks), Optional.empty()).run();
            System.out.println(theme + ", " + result);
            assertEquals(Optional.empty(), result.violation());
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutAGuardACounterexampleIsFoundAndWithItNone(Guard guard) {
        Bounds bounds = boundsFor(guard);
        Search.Result found = new Search(bounds, Optional.of(guard)).run();
        System.out.println("without " + guard + ": " + found);
        assertTrue(found.violation().isPresent(), "no counterexample without " + guard);
        Search.Result none = new Search(bounds, Optional.empty()).run();
        System.out.println("with " + guard + ": " + none);
        assertEquals(Optional.empty(), none.violation());
    }

    /** What it takes for the guard to matter, and little else. */
    private static Bounds boundsFor(Guard guard) {
        return switch (guard) {
            case BARRIER, TWO_ENTRIES ->
                Bounds.of(1, 4, 2, 0, 1).only(Kind.HEALTH, Kind.WRITE, Kind.HOLD, Kind.FLOW, Kind.MYSQLD_DIES);
            case CUT_OFF -> Bounds.of(1, 4, 1, 0, 1).only(Kind.HEALTH, Kind.WRITE, Kind.CUT, Kind.MEND);
            case ROLE_LOCK ->
                // A primary that another node has lost and Consul, too; one replica is about to acknowledge what it writes, again.
                Bounds.of(1, 4, 0, 2, 0)
                        .only(Kind.HEALTH, Kind.HEALTH_UP_TO, Kind.GO_ON)
                        .after(
                                Action.of(Kind.MYSQLD_DIES, 1),
                                Action.of(Kind.MYSQLD_STARTS, 1),
                                Action.of(Kind.HEALTH, 1),
                                new Action(Kind.CUT, 0, 2),
                                Action.of(Kind.CUT_FROM_CONSUL, 0));
            case ONE_TRANSACTION ->
                Bounds.of(2, 5, 1, 1, 0).only(Kind.HEALTH, Kind.HEALTH_UP_TO, Kind.GO_ON, Kind.CONTAINER_DIES, Kind.TIME_PASSES);
        };
    }
}
