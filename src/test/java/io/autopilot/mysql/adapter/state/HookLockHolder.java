package io.autopilot.mysql.adapter.state;

import io.autopilot.mysql.fake.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;

/** A program that takes the hooks' lock, says so and holds it until its standard input ends or it is killed. */
final class HookLockHolder {
    private HookLockHolder() {}

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[0]);
        VirtualTime time = new VirtualTime();
        FileLocalState state =
                new FileLocalState(dir.resolve("run"), dir.resolve("data"), dir.resolve("proc"), time, time);
        System.out.println(state.tryLock(time.in(Duration.ZERO)).isPresent() ? "locked" : "busy");
        System.in.transferTo(System.out);
    }
}
