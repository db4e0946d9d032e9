package io.autopilot.mysql.adapter.state;

import io.autopilot.mysql.port.Cancellation;
import io.autopilot.mysql.port.LocalState.HookLock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** The hooks' mutex of a node: a lock that the kernel takes from a process that dies. Safe between processes and threads. */
final class HookLockFile {
    /** By this process, for any of its hooks. */
    private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    private final Path path;

    HookLockFile(Path path) {
        this.path = path;
    }

    /** Empty: another hook has it. */
    Optional<HookLock> tryLock() {
        Cancellation.check();
        // The kernel forgets a process's lock when any descriptor of the file is closed: never open it twice.
        if (!LOCKED_HERE.add(path)) {
            return Optional.empty();
        }
        Optional<FileChannel> file = Optional.empty();
        try {
            file = open();
        } finally {
            if (file.isEmpty()) {
                LOCKED_HERE.remove(path);
            }
        }
        return file.map(this::held);
    }

    private HookLock held(FileChannel file) {
        AtomicBoolean givenBack = new AtomicBoolean();
        Runnable giveBack = () -> {
            if (givenBack.compareAndSet(false, true)) {
                giveBack(file);
            }
        };
        Cancellation.Held registered = Cancellation.holding(giveBack);
        return () -> {
            registered.close();
            giveBack.run();
        };
    }

    private Optional<FileChannel> open() {
        try {
            FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (file.tryLock() != null) {
                return Optional.of(file);
            }
            file.close();
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("can't lock " + path, e);
        }
    }

    private void giveBack(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException("can't give the hooks' lock back", e);
        } finally {
            LOCKED_HERE.remove(path);
        }
    }
}
