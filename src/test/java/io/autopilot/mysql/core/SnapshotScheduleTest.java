package io.autopilot.mysql.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autopilot.mysql.core.SnapshotSchedule.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SnapshotScheduleTest {
    private static final Duration DAY = Duration.ofDays(1);

    @Test
    void withoutAWindowItIsDueWhenItsTimeHasRunOut() {
        assertEquals(DAY, new SnapshotSchedule(DAY, Optional.empty()).dueAfter(at("12:00")));
    }

    @Test
    void withinTheWindowNoDayIsMissedAndOutsideOfItOnlyWhatIsOverdueIsTaken() {
        after(Duration.ofHours(21), "02:00-05:00", "02:00");
        after(Duration.ofHours(21), "02:00-05:00", "04:59");
        after(Duration.ofHours(48), "02:00-05:00", "05:00");
        after(Duration.ofHours(48), "02:00-05:00", "01:59");
    }

    @Test
    void aWindowMayGoOverMidnight() {
        after(Duration.ofHours(21), "23:00-02:00", "23:30");
        after(Duration.ofHours(21), "23:00-02:00", "01:59");
        after(Duration.ofHours(48), "23:00-02:00", "02:00");
        after(Duration.ofHours(48), "23:00-02:00", "12:00");
    }

    @Test
    void aWindowThatIsLongerThanTheTimeBetweenTwoDoesNotMakeThemDueAtOnce() {
        SnapshotSchedule hourly = new SnapshotSchedule(Duration.ofHours(1), Window.read("02:00-05:00"));
        assertEquals(Duration.ofMinutes(30), hourly.dueAfter(at("03:00")));
    }

    @Test
    void whatIsNoWindowIsNotRead() {
        for (String text : new String[] {"", "2-5", "02:00", "02:00-02:00", "02:00-25:00", "02:60-03:00", "02:00-05:00 UTC"}) {
            assertEquals(Optional.empty(), Window.read(text), text);
        }
        assertEquals("02:00-05:00", Window.read(" 02:00 - 05:00 ").orElseThrow().toString());
    }

    private static void after(Duration expected, String window, String time) {
        SnapshotSchedule schedule = new SnapshotSchedule(DAY, Optional.of(Window.read(window).orElseThrow()));
        assertEquals(expected, schedule.dueAfter(at(time)), window + " at " + time);
    }

    private static Instant at(String time) {
        return Instant.parse("2026-01-02T" + time + ":00Z");
    }
}
