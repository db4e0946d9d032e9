package io.autopilot.mysql.adapter.mysqld;

import io.autopilot.mysql.port.DataVolume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The volume as a directory: {@code data}, {@code state} and temporary directories (docs/decisions/0003). */
public final class DirectoryVolume implements DataVolume {
    private static final String TEMPORARY = "tmp-";
    private static final Set<String> OURS = Set.of("data", "state", "lost+found");
    /** The snapshot engines remove their own leftovers. */
    private static final String SNAPSHOT = "snapshot";

    private final Path volume;
    private final Path configuration;
    private final Optional<String> owner;

    /**
     * @param configuration the server's configuration file
     * @param owner the user that mysqld runs as; empty: the present one
     */
    public DirectoryVolume(Path volume, Path configuration, Optional<String> owner) {
        this.volume = volume;
        this.configuration = configuration;
        this.owner = owner;
    }

    @Override
    public Path dataDirectory() {
        return volume.resolve("data");
    }

    @Override
    public void prepare() {
        reporting("prepare " + volume, () -> {
            Files.createDirectories(volume);
            Files.createDirectories(volume.resolve("state"));
            own(volume);
            return volume;
        });
    }

    @Override
    public boolean isEmpty() {
        return names(dataDirectory()).isEmpty();
    }

    @Override
    public List<String> strangers() {
        return names(volume).stream()
                .filter(name -> !OURS.contains(name) && !name.startsWith(TEMPORARY) && !name.startsWith(SNAPSHOT))
                .sorted()
                .toList();
    }

    @Override
    public void removeLeftovers() {
        names(volume).stream().filter(name -> name.startsWith(TEMPORARY)).forEach(name -> discard(volume.resolve(name)));
    }

    @Override
    public long usableBytes() {
        return reporting("ask for the room on " + volume, () -> Files.getFileStore(volume).getUsableSpace());
    }

    @Override
    public Path newDirectory() {
        return reporting("make a directory on " + volume, () -> {
            Path made = Files.createTempDirectory(volume, TEMPORARY);
            own(made);
            return made;
        });
    }

    @Override
    public Path newDirectory(String purpose) {
        Path directory = volume.resolve(TEMPORARY + purpose);
        discard(directory);
        return reporting("make " + directory, () -> {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            own(directory);
            return directory;
        });
    }

    @Override
    public void adopt(Path directory) {
        reporting("make " + directory + " the data directory", () -> {
            ownTree(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-x---"));
            // Fails on a directory that isn't empty.
            Files.deleteIfExists(dataDirectory());
            return Files.move(directory, dataDirectory(), StandardCopyOption.ATOMIC_MOVE);
        });
    }

    @Override
    public void discard(Path directory) {
        reporting("remove " + directory, () -> {
            if (Files.exists(directory)) {
                Files.walkFileTree(directory, new Remover());
            }
            return directory;
        });
    }

    @Override
    public void wipe() {
        reporting("put " + dataDirectory() + " aside", () -> {
            if (!Files.exists(dataDirectory())) {
                return volume;
            }
            // Half a directory could be taken for data: aside it is a leftover.
            Path aside = Files.createTempDirectory(volume, TEMPORARY);
            Files.move(dataDirectory(), aside, StandardCopyOption.ATOMIC_MOVE);
            discard(aside);
            return aside;
        });
    }

    @Override
    public void writeServerConfiguration(String text) {
        reporting("write " + configuration, () -> {
            Path aside = configuration.resolveSibling(configuration.getFileName() + ".new");
            Files.writeString(aside, text);
            Files.setPosixFilePermissions(aside, PosixFilePermissions.fromString("rw-r--r--"));
            return Files.move(aside, configuration, StandardCopyOption.ATOMIC_MOVE);
        });
    }

    private static List<String> names(Path directory) {
        return reporting("list " + directory, () -> {
            try (Stream<Path> entries = Files.list(directory)) {
                return entries.map(entry -> entry.getFileName().toString()).toList();
            } catch (NoSuchFileException e) {
                return List.of();
            }
        });
    }

    private void ownTree(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            for (Path path : (Iterable<Path>) tree::iterator) {
                own(path);
            }
        }
    }

    private void own(Path path) throws IOException {
        if (owner.isEmpty()) {
            return;
        }
        UserPrincipalLookupService users = path.getFileSystem().getUserPrincipalLookupService();
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        view.setOwner(users.lookupPrincipalByName(owner.get()));
        view.setGroup(users.lookupPrincipalByGroupName(owner.get()));
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    private static <T> T reporting(String what, Action<T> action) {
        try {
            return action.run();
        } catch (IOException e) {
            throw new UncheckedIOException("could not " + what, e);
        }
    }

    private static final class Remover extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
