package io.autopilot.mysql.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autopilot.mysql.chaos.AckedRows.Contents;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The comparison of what was acknowledged with what is there. */
class AckedRowsTest {
    private final AckedRows rows = new AckedRows();

    private void acknowledge(long... ids) {
        rows.acknowledge(LongStream.of(ids).mapToObj(id -> new Clients.Ack(id, "a", id)).toList());
    }

    private static Contents with(Long... sound) {
        return new Contents(Set.of(sound), Set.of());
    }

    @Test
    void aRowThatOneServerLacksIsLostAndToldOfOnce() {
        acknowledge(1, 2, 3);
        var servers = Map.of("a", with(1L, 2L, 3L), "b", with(1L, 3L));
        assertEquals(Map.of(2L, "acknowledged by a, not on b"), rows.compare(servers).lost());
        assertEquals(Map.of(), rows.compare(servers).lost());
    }

    @Test
    void aRowOfAnEarlierFaultThatGoesMissingLaterIsLost() {
        acknowledge(1);
        assertEquals(Map.of(), rows.compare(Map.of("a", with(1L))).lost());
        acknowledge(2);
        assertEquals(Set.of(1L), rows.compare(Map.of("a", with(2L))).lost().keySet());
    }

    @Test
    void aServerThatCanNotBeReadIsOneUnreadableRowAndWhatItLacksIsSeenLater() {
        acknowledge(1);
        var difference = rows.compare(Map.of("a", Contents.UNKNOWN, "b", with(1L)));
        assertEquals(Map.of(), difference.lost());
        assertEquals(Set.of(-1L), difference.unreadable());
        assertEquals(Set.of(1L), rows.compare(Map.of("a", with(), "b", with(1L))).lost().keySet());
    }

    @Test
    void aRowThatNobodyWasToldOfIsExtraAndCountedOnce() {
        acknowledge(1);
        var servers = Map.of("a", with(1L, 2L), "b", with(1L, 2L));
        assertEquals(Set.of(2L), rows.compare(servers).extra());
        assertEquals(Set.of(), rows.compare(servers).extra());
    }

    @Test
    void aDamagedRowIsUnreadableAndNotLost() {
        acknowledge(1);
        var difference = rows.compare(Map.of("a", new Contents(Set.of(), Set.of(1L)), "b", with(1L)));
        assertEquals(Set.of(1L), difference.unreadable());
        assertEquals(Map.of(), difference.lost());
        assertEquals(List.of(), List.copyOf(difference.extra()));
    }
}
