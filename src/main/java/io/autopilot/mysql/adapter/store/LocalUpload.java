package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.port.Deadline;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that is being written under a name of its own, locked until it has its final name or is gone. */
final class LocalUpload implements AutoCloseable {
    private final Path aside;
    private final FileChannel file;
    private final Set<Path> atWork;
    private final Deadline deadline;
    private boolean finished;

    private LocalUpload(Path aside, FileChannel file, Set<Path> atWork, Deadline deadline) {
        this.aside = aside;
        this.file = file;
        this.atWork = atWork;
        this.deadline = deadline;
    }

    static LocalUpload begin(Path aside, Set<Path> atWork, Deadline deadline) throws IOException {
        if (!atWork.add(aside)) {
            throw new IOException("is being written by this very process");
        }
        try {
            FileChannel file = FileChannel.open(
                    aside,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
            LocalUpload upload = new LocalUpload(aside, file, atWork, deadline);
            if (file.tryLock() == null) {
                upload.close();
                throw new IOException("is locked by somebody else");
            }
            return upload;
        } catch (IOException e) {
            atWork.remove(aside);
            throw e;
        }
    }

    OutputStream out() {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                if (deadline.expired()) {
                    throw new InterruptedIOException("time is up while writing " + aside);
                }
                ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
                while (rest.hasRemaining()) {
                    file.write(rest);
                }
            }
        };
    }

    /** Gives the file its final name, durably. */
    void finish(Path target) throws IOException {
        file.force(true);
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
        finished = true;
        sync(directoryOf(target));
    }

    @Override
    public void close() throws IOException {
        try (file) {
            if (!finished) {
                Files.deleteIfExists(aside);
            }
        } finally {
            atWork.remove(aside);
        }
    }

    /** Removes a file whose writer no longer lives. False: it is being written, or gone already. */
    static boolean removeIfDead(Path aside, Set<Path> atWork) throws IOException {
        if (atWork.contains(aside)) {
            return false;
        }
        try (FileChannel file = FileChannel.open(aside, StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            return lock != null && Files.deleteIfExists(aside);
        } catch (NoSuchFileException | OverlappingFileLockException e) {
            return false;
        }
    }

    /** A rename or a removal is only as durable as its directory. */
    static void sync(Path directory) throws IOException {
        try (FileChannel open = FileChannel.open(directory, StandardOpenOption.READ)) {
            open.force(true);
        }
    }

    private static Path directoryOf(Path file) throws IOException {
        Path directory = file.getParent();
        if (directory == null) {
            throw new IOException(file + " is in no directory");
        }
        return directory;
    }
}
