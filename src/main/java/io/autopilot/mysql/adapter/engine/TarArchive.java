package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Predicate;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** A directory tree of plain files as a tar stream (POSIX.1-2001). Nothing of who owned the files goes into it. */
final class TarArchive {
    private static final int BUFFER = 256 << 10;

    private TarArchive() {}

    /**
     * Writes a tree that doesn't change meanwhile.
     *
     * @param wanted asked only for what is at the top of the tree, by its name
     */
    static void write(Path tree, Predicate<String> wanted, OutputStream out, Deadline deadline) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
        Files.walkFileTree(tree, new Writer(tree, wanted, tar, deadline));
        tar.finish();
        tar.flush();
    }

    private static final class Writer extends SimpleFileVisitor<Path> {
        private final Path tree;
        private final Predicate<String> wanted;
        private final TarArchiveOutputStream tar;
        private final Deadline deadline;

        Writer(Path tree, Predicate<String> wanted, TarArchiveOutputStream tar, Deadline deadline) {
            this.tree = tree;
            this.wanted = wanted;
            this.tar = tar;
            this.deadline = deadline;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            if (directory.equals(tree)) {
                return FileVisitResult.CONTINUE;
            }
            if (isUnwanted(directory)) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            begin(directory, "/", 0, attributes);
            tar.closeArchiveEntry();
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (isUnwanted(file)) {
                return FileVisitResult.CONTINUE;
            }
            if (!attributes.isRegularFile()) {
                throw new IOException(file + " is neither a file nor a directory");
            }
            begin(file, "", attributes.size(), attributes);
            try (InputStream in = Files.newInputStream(file)) {
                copy(in, tar, deadline);
            }
            tar.closeArchiveEntry();
            return FileVisitResult.CONTINUE;
        }

        private boolean isUnwanted(Path path) {
            return tree.equals(path.getParent()) && !wanted.test(String.valueOf(path.getFileName()));
        }

        private void begin(Path path, String end, long size, BasicFileAttributes attributes) throws IOException {
            TarArchiveEntry entry = new TarArchiveEntry(tree.relativize(path) + end);
            entry.setSize(size);
            entry.setModTime(attributes.lastModifiedTime());
            tar.putArchiveEntry(entry);
        }
    }

    /**
     * Unpacks into an empty directory.
     *
     * @throws SnapshotException when an entry leads out of the directory, is there twice, or is neither a file nor a directory
     */
    static void extract(InputStream in, Path target, Deadline deadline) throws IOException {
        Path root = target.toAbsolutePath().normalize();
        TarArchiveInputStream tar = new TarArchiveInputStream(in, "UTF-8");
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            Path path = inside(root, entry.getName());
            if (entry.isDirectory()) {
                Files.createDirectories(path);
            } else if (isPlainFile(entry)) {
                writeFile(tar, path, deadline);
            } else {
                throw new SnapshotException("the archive's entry '" + entry.getName() + "' is neither a file nor a directory");
            }
        }
    }

    private static boolean isPlainFile(TarArchiveEntry entry) {
        return entry.isFile() && !entry.isSymbolicLink() && !entry.isLink() && !entry.isSparse();
    }

    private static Path inside(Path root, String name) {
        Path path = root.resolve(name).normalize();
        if (Path.of(name).isAbsolute() || !path.startsWith(root) || path.equals(root)) {
            throw new SnapshotException("the archive's entry '" + name + "' leads out of the directory");
        }
        return path;
    }

    private static void writeFile(InputStream in, Path path, Deadline deadline) throws IOException {
        Path directory = path.getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            copy(in, out, deadline);
        }
    }

    private static void copy(InputStream in, OutputStream out, Deadline deadline) throws IOException {
        byte[] buffer = new byte[BUFFER];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (deadline.expired()) {
                throw new SnapshotException("time is up");
            }
            out.write(buffer, 0, count);
        }
    }
}
