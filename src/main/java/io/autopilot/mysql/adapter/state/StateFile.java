package io.autopilot.mysql.adapter.state;

import io.autopilot.mysql.port.Cancellation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;

/** A small file of lines that is there whole or not at all: written aside, synced, renamed; mode 0600. */
final class StateFile {
    private final Path path;

    StateFile(Path path) {
        this.path = path;
    }

    /** The lines; empty when there is no such file. */
    Optional<List<String>> read() {
        Cancellation.check();
        try {
            return Optional.of(Files.readAllLines(path));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + path, e);
        }
    }

    void write(String... lines) {
        Cancellation.check();
        Path aside = path.resolveSibling(path.getFileName() + ".new");
        try {
            Files.deleteIfExists(aside);
            Files.createFile(
                    aside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            try (FileChannel file = FileChannel.open(aside, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(String.join("\n", lines) + "\n");
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            Files.move(aside, path, StandardCopyOption.ATOMIC_MOVE);
            syncDirectory();
        } catch (IOException e) {
            throw new UncheckedIOException("can't write " + path, e);
        }
    }

    void delete() {
        Cancellation.check();
        try {
            if (Files.deleteIfExists(path)) {
                syncDirectory();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("can't remove " + path, e);
        }
    }

    /** A rename or a removal is only as durable as its directory. */
    private void syncDirectory() throws IOException {
        try (FileChannel directory = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    IllegalStateException damaged(List<String> lines) {
        return new IllegalStateException(path + " is damaged: " + lines.size() + " lines that make no sense");
    }
}
