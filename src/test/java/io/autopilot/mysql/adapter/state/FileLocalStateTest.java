package io.autopilot.mysql.adapter.state;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.Discarded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileLocalStateTest extends LocalStateContract {
    @TempDir
    private Path dir;

    private LocalState state;

    @BeforeEach
    void makeDirectories() throws IOException {
        for (String name : List.of("run", "data", "proc/4711")) {
            Files.createDirectories(dir.resolve(name));
        }
        state = new FileLocalState(dir.resolve("run"), dir.resolve("data"), dir.resolve("proc"), time, time);
    }

    @Test
    void remembersThatTheDataIsGivenUpBesideTheDataAndWhy() {
        assertEquals(Optional.empty(), state.discarded());
        state.writeDiscarded(new Discarded(Optional.of("db0-12"), new Reason("errant\ntransactions")));
        assertEquals(Optional.of(new Discarded(Optional.of("db0-12"), new Reason("errant transactions"))), state.discarded());
        assertTrue(Files.exists(dir.resolve("data/discarded")));
        state.writeDiscarded(new Discarded(Optional.empty(), new Reason("purged")));
        assertEquals(Optional.empty(), state.discarded().orElseThrow().evidence());
        state.deleteDiscarded();
        assertEquals(Optional.empty(), state.discarded());
    }

    @Test
    void remembersForTheLifeOfTheContainerThatItCantFollow() {
        assertFalse(state.diverged());
        state.writeDiverged();
        assertTrue(state.diverged());
        assertTrue(Files.exists(dir.resolve("run/diverged")));
        state.deleteDiverged();
        assertFalse(state.diverged());
    }

    @Test
    void aWaitForAFallenPrimaryBelongsToOneTermAndOneBoot() throws IOException {
        state.writeSalvageBegan(7, Duration.ofMillis(3_600_123));
        assertEquals(Optional.of(Duration.ofMillis(3_600_123)), state.salvageBegan(7));
        assertEquals(Optional.empty(), state.salvageBegan(8));
        Files.writeString(dir.resolve("run/salvage"), "7\n3600123\nanother-boot\n");
        assertEquals(Optional.empty(), state.salvageBegan(7));
    }

    @Override
    LocalState state() {
        return state;
    }

    @Test
    void nobodyElseMayReadTheFiles() throws IOException {
        state.writeSession("session");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("run/session"))));
    }

    @Test
    void aHeartbeatOfAnotherBootDoesNotCount() throws IOException {
        Files.writeString(dir.resolve("run/heartbeat"), "3600010\nanother-boot\n");
        assertEquals(Optional.empty(), state.lastHeartbeat());
    }

    @Test
    void mysqldRunsWhenTheWrapperSaysSoAndThePidIsStillMysqld() throws IOException {
        Files.writeString(dir.resolve("run/mysqld.start"), "start-1\n4711\n" + time.bootId() + "\n");
        assertEquals(Optional.empty(), state.mysqldStart());
        Files.writeString(dir.resolve("proc/4711/comm"), "bash\n");
        assertEquals(Optional.empty(), state.mysqldStart());
        Files.writeString(dir.resolve("proc/4711/comm"), "mysqld\n");
        assertEquals(Optional.of(START), state.mysqldStart());
        Files.writeString(dir.resolve("run/mysqld.start"), "start-1\n4711\nanother-boot\n");
        assertEquals(Optional.empty(), state.mysqldStart());
    }

    @Test
    void theWrapperReadsTheDeadlineInMillisecondsOfUptime() throws IOException {
        state.writeWritable(START, Optional.of(Duration.ofMillis(123_450)));
        assertEquals(List.of("start-1", "123450", time.bootId()), Files.readAllLines(dir.resolve("run/writable")));
        state.writeWritable(START, Optional.empty());
        assertEquals(List.of("start-1", "-", time.bootId()), Files.readAllLines(dir.resolve("run/writable")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cluster\n", "cluster\nperhaps\n", "a\nb\nc\n"})
    void aDamagedMarkIsAnErrorThatNamesTheFile(String content) throws IOException {
        Files.writeString(dir.resolve("data/cluster"), content);
        IllegalStateException damaged = assertThrows(IllegalStateException.class, state::dataMark);
        assertTrue(String.valueOf(damaged.getMessage()).contains(dir.resolve("data/cluster").toString()));
    }

    @Test
    void aDamagedHeartbeatOrStartIsAnError() throws IOException {
        Files.writeString(dir.resolve("run/heartbeat"), "soon\n" + time.bootId() + "\n");
        assertThrows(IllegalStateException.class, state::lastHeartbeat);
        Files.writeString(dir.resolve("run/mysqld.start"), "start-1\n");
        assertThrows(IllegalStateException.class, state::mysqldStart);
    }

    @Test
    void aHookOfAnotherProcessKeepsUsOutForAsLongAsItLives() throws Exception {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HookLockHolder.class.getName(),
                        dir.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertEquals("locked", other.inputReader().readLine());
            assertEquals(Optional.empty(), state.tryLock(time.in(Duration.ofSeconds(1))));
            assertEquals(Optional.empty(), state.tryLock(time.in(Duration.ZERO)));
        } finally {
            other.destroyForcibly().waitFor();
        }
        state.tryLock(time.in(Duration.ZERO)).orElseThrow().close();
    }

    /** Each is a process of its own that has no lock. */
    @Test
    void manyMayNoteAndTakeChangesAtTheSameTime() {
        LocalState.Changes changes = state.changes();
        assertDoesNotThrow(() -> IntStream.range(0, 400).parallel().forEach(i -> {
            changes.note();
            changes.take();
        }));
        assertFalse(changes.noted());
    }
}
