package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that all nodes share: {@code STORAGE_DIR/<service>}. Objects are files of mode 0640 with the group of STORAGE_DIR, written
 * aside, synced, renamed. A file being written is locked, so that one whose writer died can be told from one in progress, also by other
 * containers. Thread-safe; one instance a process.
 */
public final class LocalStore implements SnapshotStore {
    private static final Logger LOG = LoggerFactory.getLogger(LocalStore.class);
    private static final String UNFINISHED = ".unfinished";
    /** Types of file system that containers are laid on, as the kernel names them. */
    private static final Set<String> CONTAINER_LAYERS = Set.of("overlay", "aufs");

    private final Path storage;
    private final Path directory;
    /** Made first, when this is a place within another store. */
    private final Optional<LocalStore> parent;
    /** The kernel drops a process's locks on a file when any descriptor of it is closed: those of this process are never opened twice. */
    private final Set<Path> atWork = ConcurrentHashMap.newKeySet();

    /**
     * Opens nothing yet.
     *
     * @param storage must exist: when a mount is missing, snapshots must not vanish with the container
     * @param service the cluster's name
     */
    public LocalStore(Path storage, String service) {
        this(storage, service, Optional.empty());
    }

    private LocalStore(Path storage, String name, Optional<LocalStore> parent) {
        this.storage = storage;
        this.directory = storage.resolve(name);
        this.parent = parent;
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private static <T> T doing(String what, Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw new StoreException("can't " + what + ": " + e, e);
        }
    }

    @Override
    public String place() {
        return directory.toString();
    }

    @Override
    public SnapshotStore within(String name) {
        path(name);
        return new LocalStore(directory, name, Optional.of(this));
    }

    private Path path(String name) {
        return directory.resolve(ObjectNames.checked(name));
    }

    @Override
    public void put(String name, byte[] content, Deadline deadline) {
        Path target = path(name);
        makeDirectory();
        if (Files.exists(target)) {
            refuseOther(target, content);
            return;
        }
        doing("write " + target, () -> {
            try (LocalUpload upload = begin(directory.resolve("." + name + UNFINISHED), deadline)) {
                upload.out().write(content);
                upload.finish(target);
                return target;
            }
        });
    }

    private static void refuseOther(Path target, byte[] content) {
        if (!doing("read " + target, () -> Arrays.equals(content, Files.readAllBytes(target)))) {
            throw new StoreException("there is already an object " + target + ", with other content", null);
        }
    }

    private LocalUpload begin(Path aside, Deadline deadline) {
        return doing("write " + aside, () -> LocalUpload.begin(aside, atWork, deadline));
    }

    private void makeDirectory() {
        parent.ifPresent(LocalStore::makeDirectory);
        doing("make " + directory, () -> {
            if (Files.isDirectory(directory)) {
                return directory;
            }
            PosixFileAttributes parent;
            try {
                parent = Files.readAttributes(storage, PosixFileAttributes.class);
            } catch (NoSuchFileException e) {
                throw new StoreException("there is no directory " + storage, e);
            }
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-x---")));
            PosixFileAttributeView view = Files.getFileAttributeView(directory, PosixFileAttributeView.class);
            if (!view.readAttributes().group().equals(parent.group())) {
                view.setGroup(parent.group());
            }
            // New files take the group of a directory with this bit.
            Files.setAttribute(directory, "unix:mode", 02750);
            LocalUpload.sync(storage);
            return directory;
        });
    }

    @Override
    public Optional<byte[]> get(String name, int atMost, Deadline deadline) {
        Path path = path(name);
        return doing("read " + path, () -> {
            try (InputStream file = Files.newInputStream(path)) {
                byte[] content = file.readNBytes(atMost);
                if (file.read() >= 0) {
                    throw new IOException("it is longer than " + atMost + " bytes");
                }
                return Optional.of(content);
            } catch (NoSuchFileException e) {
                return Optional.empty();
            }
        });
    }

    @Override
    public List<Stored> list(Deadline deadline) {
        return doing("list " + directory, () -> {
            List<Stored> objects = new ArrayList<>();
            for (Path file : files()) {
                String name = String.valueOf(file.getFileName());
                if (!name.startsWith(".")) {
                    stored(name, file).ifPresent(objects::add);
                }
            }
            return List.copyOf(objects);
        });
    }

    private static Optional<Stored> stored(String name, Path file) throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return attributes.isRegularFile()
                    ? Optional.of(new Stored(name, attributes.size(), attributes.lastModifiedTime().toInstant()))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            // Deleted since the directory was read.
            return Optional.empty();
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    @Override
    public void delete(String name, Deadline deadline) {
        Path path = path(name);
        doing("delete " + path, () -> {
            if (Files.deleteIfExists(path)) {
                LocalUpload.sync(directory);
            }
            return path;
        });
    }

    @Override
    public List<String> removeUnfinished(Deadline deadline) {
        return doing("clean " + directory, () -> {
            List<String> removed = new ArrayList<>();
            for (Path file : files()) {
                String name = String.valueOf(file.getFileName());
                if (name.startsWith(".") && name.endsWith(UNFINISHED) && LocalUpload.removeIfDead(file, atWork)) {
                    removed.add(name.substring(1, name.length() - UNFINISHED.length()));
                }
            }
            return List.copyOf(removed);
        });
    }

    @Override
    public List<String> places(Deadline deadline) {
        return doing("list " + directory, () -> files().stream()
                .filter(Files::isDirectory)
                .map(place -> String.valueOf(place.getFileName()))
                .filter(name -> !name.startsWith("."))
                .toList());
    }

    @Override
    public void deleteAll(Deadline deadline) {
        if (parent.isEmpty()) {
            throw new StoreException(directory + " is no place within a store", null);
        }
        removeUnfinished(deadline);
        doing("delete " + directory, () -> {
            for (Path file : files()) {
                Files.deleteIfExists(file);
            }
            if (Files.deleteIfExists(directory)) {
                LocalUpload.sync(storage);
            }
            return directory;
        });
    }

    @Override
    public void check(Deadline deadline) {
        try {
            probe(deadline);
            if (CONTAINER_LAYERS.contains(doing("look at " + storage, () -> Files.getFileStore(storage).type()))) {
                LOG.warn("event=snapshots-not-on-a-volume reason=\"{} lies in the container's own file system: snapshots go with it, and"
                        + " no other node sees them; mount a volume there that all nodes share\"", storage);
            }
        } catch (StoreException e) {
            throw new StoreException(
                    e.getMessage() + "; mount the volume of the snapshots, which all nodes share and can write to, and name it in STORAGE_DIR", e);
        }
    }

    private void probe(Deadline deadline) {
        makeDirectory();
        String probe = "probe-" + UUID.randomUUID();
        byte[] text = probe.getBytes(StandardCharsets.UTF_8);
        // Both names are those of unfinished objects, so that one of a killed check goes with the next cleaning.
        Path renamed = directory.resolve("." + probe + "-renamed" + UNFINISHED);
        doing("write, read back and delete " + renamed, () -> {
            try (LocalUpload upload = begin(directory.resolve("." + probe + UNFINISHED), deadline)) {
                upload.out().write(text);
                upload.finish(renamed);
            }
            boolean same = Arrays.equals(text, Files.readAllBytes(renamed));
            Files.delete(renamed);
            if (!same) {
                throw new IOException("read back something else than was written");
            }
            return renamed;
        });
    }
}
