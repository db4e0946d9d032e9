package io.autopilot.mysql.adapter.disk;

import io.autopilot.mysql.port.Disk;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Directories of this machine, POSIX only. Thread-safe. */
public final class LocalDisk implements Disk {
    private interface Work<T extends @Nullable Object> {
        T run() throws IOException;
    }

    private static <T extends @Nullable Object> T doing(String what, Path path, Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new UncheckedIOException("can't " + what + " " + path + ": " + e.getMessage(), e);
        }
    }

    @Override
    public long usableBytes(Path path) {
        Path there = path.toAbsolutePath();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        Path existing = there;
        return doing("see how much room there is at", existing, () -> Files.getFileStore(existing).getUsableSpace());
    }

    @Override
    public long bytesBelow(Path directory, Predicate<String> wanted) {
        SizeVisitor sizes = new SizeVisitor(wanted);
        doing("read", directory, () -> Files.walkFileTree(directory, sizes));
        return sizes.total;
    }

    private static final class SizeVisitor extends SimpleFileVisitor<Path> {
        private final Predicate<String> wanted;
        private long total;

        SizeVisitor(Predicate<String> wanted) {
            this.wanted = wanted;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && wanted.test(String.valueOf(file.getFileName()))) {
                total += attributes.size();
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }
    }

    @Override
    public List<String> names(Path directory) {
        return doing("read", directory, () -> {
            try (Stream<Path> entries = Files.list(directory)) {
                return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
            } catch (NoSuchFileException e) {
                return List.of();
            }
        });
    }

    @Override
    public InputStream open(Path file) {
        return doing("read", file, () -> Files.newInputStream(file));
    }

    @Override
    public void makeDirectory(Path directory) {
        doing("make", directory, () -> Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---"))));
    }

    @Override
    public void delete(Path path) {
        doing("remove", path, () -> {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return path;
            }
            return Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
                    if (failure != null) {
                        throw failure;
                    }
                    Files.deleteIfExists(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        });
    }

    @Override
    public void settle(Path tree, Path model) {
        PosixFileAttributes owner = doing("read the owner of", model, () -> Files.readAttributes(model, PosixFileAttributes.class));
        doing("settle", tree, () -> Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!attributes.isRegularFile()) {
                    throw new IOException(file + " is neither a file nor a directory");
                }
                settleOne(file, "rw-r-----", owner);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
                settleOne(directory, "rwxr-x---", owner);
                return FileVisitResult.CONTINUE;
            }
        }));
    }

    private static void settleOne(Path path, String mode, PosixFileAttributes wanted) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        view.setPermissions(PosixFilePermissions.fromString(mode));
        PosixFileAttributes now = view.readAttributes();
        // Only root may give files away; somebody who restores into a directory of their own need not be root.
        if (!now.owner().equals(wanted.owner())) {
            view.setOwner(wanted.owner());
        }
        if (!now.group().equals(wanted.group())) {
            view.setGroup(wanted.group());
        }
        try (FileChannel open = FileChannel.open(path, StandardOpenOption.READ)) {
            open.force(true);
        }
    }
}
