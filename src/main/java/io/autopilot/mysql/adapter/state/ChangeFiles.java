package io.autopilot.mysql.adapter.state;

import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.LocalState.Changes;
import io.autopilot.mysql.port.LocalState.HookLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A lock and an empty file that is there or not; safe between processes and threads. */
final class ChangeFiles implements Changes {
    private final HookLockFile turn;
    private final Path note;

    /** @param run lives as long as the container */
    ChangeFiles(Path run) {
        this.turn = new HookLockFile(run.resolve("change.lock"));
        this.note = run.resolve("change");
    }

    @Override
    public Optional<HookLock> tryTurn() {
        return turn.tryLock();
    }

    @Override
    public void note() {
        Cancellation.check();
        try {
            Files.write(note, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + note, e);
        }
    }

    @Override
    public boolean noted() {
        return Files.exists(note);
    }

    @Override
    public void take() {
        Cancellation.check();
        try {
            Files.deleteIfExists(note);
        } catch (IOException e) {
            throw new UncheckedIOException("can't remove " + note, e);
        }
    }
}
