package io.autopilot.mysql.adapter.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.fake.VirtualTime;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.DataMark;
import io.autopilot.mysql.port.LocalState.Discarded;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.LocalState.Silence;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the hooks rely on, of every implementation of the port. */
abstract class LocalStateContract {
    static final MysqldStart START = new MysqldStart("start-1", 4711);

    final VirtualTime time = new VirtualTime();

    /** Of a node that is new. */
    abstract LocalState state();

    @Test
    void aNewNodeRemembersNothing() {
        assertEquals(Optional.empty(), state().dataMark());
        assertEquals(Optional.empty(), state().restoredGtids());
        assertEquals(Optional.empty(), state().session());
        assertEquals(Optional.empty(), state().lastHeartbeat());
        assertEquals(Optional.empty(), state().mysqldStart());
        assertEquals(Optional.empty(), state().followedTerm(START));
        assertFalse(state().mayBeWritable(START));
    }

    @Test
    void oneRunLooksAfterChangesAndTakesWhatWasNoted() {
        assertFalse(state().changes().noted());
        state().changes().note();
        state().changes().note();
        assertTrue(state().changes().noted());
        LocalState.HookLock turn = state().changes().tryTurn().orElseThrow();
        assertTrue(state().changes().tryTurn().isEmpty());
        assertTrue(state().tryLock(time.in(Duration.ZERO)).isPresent(), "the mutex is another one");
        state().changes().take();
        state().changes().take();
        assertFalse(state().changes().noted());
        turn.close();
        assertTrue(state().changes().tryTurn().isPresent());
    }

    @Test
    void remembersWhatItWasTold() {
        state().writeDataMark(new DataMark("cluster", false));
        state().writeRestoredGtids(GtidSet.parse("00000000-0000-0000-0000-00000000000a:1-9"));
        state().writeSession("session");
        state().writeHeartbeat(Duration.ofMillis(3_600_010));
        assertEquals(Optional.of(new DataMark("cluster", false)), state().dataMark());
        assertEquals("00000000-0000-0000-0000-00000000000a:1-9", state().restoredGtids().orElseThrow().toString());
        assertEquals(Optional.of("session"), state().session());
        assertEquals(Optional.of(Duration.ofMillis(3_600_010)), state().lastHeartbeat());
        state().writeDataMark(new DataMark("cluster", true));
        assertEquals(Optional.of(new DataMark("cluster", true)), state().dataMark());
        state().deleteDataMark();
        state().deleteRestoredGtids();
        assertEquals(Optional.empty(), state().dataMark());
        assertEquals(Optional.empty(), state().restoredGtids());
    }

    @Test
    void rememberThatConsulWasSilentUntilItIsForgotten() {
        assertEquals(Optional.empty(), state().silence());
        state().writeSilence(new Silence(Optional.empty()));
        assertEquals(Optional.of(new Silence(Optional.empty())), state().silence());
        state().writeSilence(new Silence(Optional.of(Duration.ofMillis(3_600_010))));
        assertEquals(Optional.of(new Silence(Optional.of(Duration.ofMillis(3_600_010)))), state().silence());
        state().deleteSilence();
        assertEquals(Optional.empty(), state().silence());
    }

    @Test
    void anEmptyRestoredSetIsNotTheSameAsNone() {
        state().writeRestoredGtids(GtidSet.EMPTY);
        assertEquals(Optional.of(GtidSet.EMPTY), state().restoredGtids());
    }

    @Test
    void theMarkersHoldForOneRunOfMysqldOnly() {
        state().writeWritable(START, Optional.of(Duration.ofSeconds(9)));
        state().writeFollowedTerm(START, 4);
        MysqldStart later = new MysqldStart("start-2", 4711);
        assertTrue(state().mayBeWritable(START));
        assertFalse(state().mayBeWritable(later));
        assertEquals(Optional.of(4L), state().followedTerm(START));
        assertEquals(Optional.empty(), state().followedTerm(later));
        assertFalse(state().writesUntilFenced(START));
        assertEquals(Optional.of("start-1"), state().writableRun());
        state().writeWritable(START, Optional.empty());
        assertTrue(state().writesUntilFenced(START));
        assertFalse(state().writesUntilFenced(later));
        state().deleteWritable();
        assertFalse(state().mayBeWritable(START));
        assertEquals(Optional.empty(), state().writableRun());
    }

    @Test
    void oneHookAtATime() {
        try (LocalState.HookLock held = state().tryLock(time.in(Duration.ZERO)).orElseThrow()) {
            assertTrue(held != null);
            Duration before = time.uptime();
            assertEquals(Optional.empty(), state().tryLock(time.in(Duration.ofSeconds(1))));
            assertTrue(time.uptime().minus(before).compareTo(Duration.ofMillis(900)) > 0);
        }
        state().tryLock(time.in(Duration.ZERO)).orElseThrow().close();
    }

    @Test
    void whatIsSaidOfThisLifeOfTheContainerCanBeTakenBack() {
        state().writeStopping();
        assertTrue(state().stopping());
        state().writeRegisteredAddress("10.0.0.1:3306");
        assertEquals(Optional.of("10.0.0.1:3306"), state().registeredAddress());
        state().writeMustJoin();
        assertTrue(state().mustJoin());
        state().deleteMustJoin();
        assertFalse(state().mustJoin());
        state().writeLeftCluster("c1");
        assertEquals(Optional.of("c1"), state().leftCluster());
        state().deleteLeftCluster();
        assertEquals(Optional.empty(), state().leftCluster());
    }

    @Test
    void remembersWhatItCantFollowWithAndForWhichTermItWaits() {
        Discarded why = new Discarded(Optional.of("db0-12"), new Reason("errant transactions"));
        state().writeDiscarded(why);
        assertEquals(Optional.of(why), state().discarded());
        state().deleteDiscarded();
        assertEquals(Optional.empty(), state().discarded());
        state().writeDiverged();
        assertTrue(state().diverged());
        state().deleteDiverged();
        assertFalse(state().diverged());
        state().writeSalvageBegan(7, Duration.ofMillis(3_600_123));
        assertEquals(Optional.of(Duration.ofMillis(3_600_123)), state().salvageBegan(7));
        assertEquals(Optional.empty(), state().salvageBegan(8));
    }
}
