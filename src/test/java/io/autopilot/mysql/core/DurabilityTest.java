package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DurabilityTest {
    @Test
    void anEntryIsBeatenOnlyByEnoughStoppedMembersOfItsOwnSet() {
        Durability.Entry entry = new Durability.Entry(3, "p", Set.of("a", "b", "c"), 2);
        assertEquals(2, entry.revocationQuorum());
        assertFalse(entry.beatenBy(Set.of("a", "stranger"), false));
        assertTrue(entry.beatenBy(Set.of("a", "c"), false));
    }

    @Test
    void itsOwnPrimaryFencedBeatsAnEntry() {
        assertTrue(new Durability.Entry(3, "p", Set.of("a"), 1).beatenBy(Set.of(), true));
    }

    @Test
    void nothingButItsPrimaryBeatsAnEntryWithoutAcks() {
        Durability.Entry alone = new Durability.Entry(3, "p", Set.of(), 0);
        assertFalse(alone.beatenBy(Set.of("a", "b"), false));
        assertTrue(alone.beatenBy(Set.of(), true));
    }

    @Test
    void refusesMoreAcksThanMembers() {
        assertThrows(IllegalArgumentException.class, () -> new Durability.Entry(1, "p", Set.of("a"), 2));
    }

    @Test
    void theNewestEntryIsTheNextOneWhileItChanges() {
        Durability.Entry proven = new Durability.Entry(3, "p", Set.of(), 0);
        Durability.Entry next = new Durability.Entry(4, "q", Set.of(), 0);
        Durability changing = new Durability(
                Durability.Mode.ASYNC, proven, Optional.of(next), Set.of(), Optional.empty(), Optional.empty());
        assertEquals(next, changing.newest());
    }

    /** Its writes are on the new primary, and neither the old promise nor the new term's need have them (found by the simulation). */
    @Test
    void aChangeThatWasNotOverWhenATermEndedIsNotForgotten() {
        Durability.Entry proven = new Durability.Entry(3, "p", Set.of("a", "b"), 2);
        Durability.Entry next = new Durability.Entry(3, "p", Set.of("a"), 1);
        Durability before = new Durability(
                Durability.Mode.LOSSLESS, proven, Optional.of(next), Set.of("b"), Optional.empty(), Optional.empty());
        Durability begun =
                Durability.beginning(Durability.Mode.LOSSLESS, new Durability.Entry(4, "a", Set.of("b"), 1), Optional.of(before));
        assertEquals(new Durability.Entry(4, "a", Set.of(), 0), begun.proven());
    }
}
