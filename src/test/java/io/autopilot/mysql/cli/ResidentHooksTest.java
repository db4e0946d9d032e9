package io.autopilot.mysql.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.state.FileLocalState;
import io.autopilot.mysql.fake.VirtualTime;
import io.autopilot.mysql.pilot.Launcher;
import io.autopilot.mysql.port.Cancellation.CancelledException;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.HookLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentHooksTest {
    private static final long BOUND = 20;

    @TempDir
    private Path directory;

    private final List<List<String>> programs = new ArrayList<>();
    private final VirtualTime time = new VirtualTime();

    @BeforeEach
    void directories() throws IOException {
        Files.createDirectories(directory.resolve("run"));
        Files.createDirectories(directory.resolve("data"));
    }

    private ResidentHooks hooks(ResidentHooks.CommandLine commandLine) {
        return new ResidentHooks(
                (command, environment) -> {
                    programs.add(command);
                    throw new IOException("a program");
                },
                commandLine);
    }

    /** As each run makes one for itself. */
    private LocalState state() {
        return new FileLocalState(directory.resolve("run"), directory.resolve("data"), directory.resolve("proc"), time, time);
    }

    private static int status(Launcher.Run run) throws Exception {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        run.onExit(status::complete);
        return status.get(BOUND, TimeUnit.SECONDS);
    }

    @Test
    void aHookGetsItsEnvironmentAndArgumentsAndATimeOfItsOwnAndEndsWithItsExitCode() throws Exception {
        List<String> seen = new ArrayList<>();
        Launcher.Run run = hooks((environment, arguments) -> {
                    seen.add(environment + " " + String.join(" ", arguments));
                    return 69;
                })
                .start(List.of("manage", "onChange", "--crashed"), Map.of("LEASE", "9s", "MANAGE_LAUNCHED", "12.5"));
        assertEquals(69, status(run));
        assertEquals(List.of("{LEASE=9s} onChange --crashed"), seen);
        assertEquals(List.of(), programs);
    }

    @Test
    void whatRunsOnceOrLongOrIsNoHookIsAProgram() {
        ResidentHooks hooks = hooks((environment, arguments) -> 0);
        List<List<String>> commands = List.of(
                List.of("manage", "preStop"), List.of("manage"), List.of("/usr/local/bin/link-watch"), List.of("sh", "health"));
        commands.forEach(command -> assertThrows(IOException.class, () -> hooks.start(command, Map.of())));
        assertEquals(commands, programs);
    }

    @Test
    void aDefectEndsTheHookAndNotTheSupervisor() throws Exception {
        Launcher.Run run = hooks((environment, arguments) -> {
                    throw new AssertionError("a defect, thrown by a test");
                })
                .start(List.of("manage", "health"), Map.of());
        assertEquals(ExitCode.BUG, status(run));
    }

    /** Whatever it waits for: it is over at once, the next one has the lock, and it never gets a word in again. */
    @Test
    void aHookThatHangsIsGivenUpAndTouchesNothingAnyMore() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch awake = new CountDownLatch(1);
        CompletableFuture<Optional<Throwable>> end = new CompletableFuture<>();
        Launcher.Run stuck = hooks((environment, arguments) -> {
                    LocalState state = state();
                    Optional<HookLock> lock = state.tryLock(time.in(Duration.ofSeconds(1)));
                    assertTrue(lock.isPresent());
                    locked.countDown();
                    try {
                        awake.await();
                        state.writeSession("of the stuck one");
                        end.complete(Optional.empty());
                    } catch (InterruptedException | CancelledException e) {
                        end.complete(Optional.of(e));
                    }
                    return 0;
                })
                .start(List.of("manage", "health"), Map.of());
        assertTrue(locked.await(BOUND, TimeUnit.SECONDS));
        stuck.kill();
        assertEquals(137, status(stuck));
        Launcher.Run next = hooks((environment, arguments) -> {
                    LocalState state = state();
                    HookLock lock = state.tryLock(time.in(Duration.ofMinutes(10))).orElseThrow();
                    state.writeSession("of the next one");
                    lock.close();
                    return 0;
                })
                .start(List.of("manage", "health"), Map.of());
        assertEquals(0, status(next));
        awake.countDown();
        assertEquals(CancelledException.class, end.get(BOUND, TimeUnit.SECONDS).orElseThrow().getClass());
        assertEquals(Optional.of("of the next one"), state().session());
    }

    @Test
    void theEndOfOneThatIsOverChangesNothing() throws Exception {
        Launcher.Run run = hooks((environment, arguments) -> 0).start(List.of("manage", "health"), Map.of());
        assertEquals(0, status(run));
        run.terminate();
        run.kill();
        assertEquals(0, status(run));
    }
}
