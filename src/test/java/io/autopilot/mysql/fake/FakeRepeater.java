package io.autopilot.mysql.fake;

import io.autopilot.mysql.port.Repeater;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Repeats when a test says so. */
public final class FakeRepeater implements Repeater {
    private final List<Runnable> running = new ArrayList<>();

    @Override
    public Repetition every(Duration period, Runnable work) {
        running.add(work);
        return () -> running.remove(work);
    }

    public void fire() {
        List.copyOf(running).forEach(Runnable::run);
    }

    public int running() {
        return running.size();
    }
}
