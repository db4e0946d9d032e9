package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.fake.VirtualTime;
import io.autopilot.mysql.hook.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HookRunnerTest {
    @Test
    void theStartOfTheJvmIsPartOfAHooksTime() {
        VirtualTime time = new VirtualTime();
        Duration launched = time.uptime();
        time.sleep(Duration.ofSeconds(2));
        List<Duration> left = new ArrayList<>();
        int status = new HookRunner(time, launched)
                .run(
                        deadline -> {
                            left.add(deadline.remaining());
                            return new Outcome(Outcome.Status.NOT_HEALTHY, "StandBy", new Reason("a test"));
                        },
                        Duration.ofSeconds(5));
        assertEquals(ExitCode.NOT_HEALTHY, status);
        assertEquals(List.of(Duration.ofSeconds(3)), left);
    }
}
