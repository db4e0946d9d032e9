package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.EvidenceRecords;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Disk;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Binary logs with errant transactions, kept beside the snapshots (G4): the files as they are, and a description that is written last. A run
 * that was killed leaves files without one; the next run begins again.
 */
public final class EvidenceArchive {
    private static final String PLACE = "evidence";
    private static final String DESCRIPTION = ".evidence.json";
    private static final int LONGEST_DESCRIPTION = 16 << 20;

    private final Archives archives;
    private final SnapshotStore store;
    private final Disk disk;
    private final Path dataDirectory;

    /**
     * @param archives of the snapshots; the evidence is a place within
     * @param dataDirectory mysqld's, where the binary logs are
     */
    public EvidenceArchive(Archives archives, Disk disk, Path dataDirectory) {
        this.archives = archives.within(PLACE);
        this.store = this.archives.store();
        this.disk = disk;
        this.dataDirectory = dataDirectory;
    }

    /** Where it is, for people. */
    String place() {
        return store.place();
    }

    /** The evidence of this name, if it is complete: described, and every file there in its size. */
    Optional<Evidence> find(String id, Deadline deadline) {
        try {
            return read(id, deadline)
                    .filter(evidence -> !evidence.files().isEmpty())
                    .filter(evidence -> evidence.files().stream()
                            .allMatch(file -> archives.damage(file.archive(), deadline).isEmpty()));
        } catch (IllegalArgumentException e) {
            // As good as none: the files are still on this node, and are copied again.
            return Optional.empty();
        }
    }

    /**
     * What the archive has of this name; empty when there is no such evidence.
     *
     * @throws IllegalArgumentException when its description is damaged
     */
    public Optional<Evidence> read(String id, Deadline deadline) {
        return store.get(id + DESCRIPTION, LONGEST_DESCRIPTION, deadline)
                .map(text -> EvidenceRecords.read(id, new String(text, StandardCharsets.UTF_8)));
    }

    /** The ids of all that is described. */
    public List<String> ids(Deadline deadline) {
        return store.list(deadline).stream()
                .map(SnapshotStore.Stored::name)
                .filter(name -> name.endsWith(DESCRIPTION))
                .map(name -> name.substring(0, name.length() - DESCRIPTION.length()))
                .toList();
    }

    /** The names of the relay logs in the data directory. */
    List<String> relayLogs() {
        return disk.names(dataDirectory).stream().filter(name -> name.matches("relay\\.\\d+")).toList();
    }

    /**
     * Copies the files and describes them.
     *
     * @param outline the description, so far without files
     * @param sources names in the data directory
     * @throws StoreException when the archive doesn't take them, or gives back something else
     * @throws UncheckedIOException when a file can't be read
     */
    Evidence keep(Evidence outline, List<String> sources, Deadline deadline) {
        store.removeUnfinished(deadline);
        store.delete(outline.id() + DESCRIPTION, deadline);
        List<Evidence.File> files = new ArrayList<>();
        for (String source : sources) {
            files.add(copy(outline.id(), source, deadline));
        }
        Evidence evidence = outline.with(files);
        byte[] text = EvidenceRecords.write(evidence).getBytes(StandardCharsets.UTF_8);
        store.put(outline.id() + DESCRIPTION, text, deadline);
        return evidence;
    }

    private Evidence.File copy(String id, String source, Deadline deadline) {
        String name = archives.nameOf(id + "." + source);
        store.within(name).deleteAll(deadline);
        Meter copied = Meter.hashing();
        try {
            StoredArchive stored = archives.put(name, archives.unwatched(), out -> {
                try (InputStream in = copied.behind(disk.open(dataDirectory.resolve(source)))) {
                    in.transferTo(out);
                }
            }, deadline);
            Evidence.File file = new Evidence.File(source, copied.bytes(), copied.sha256(), stored);
            readBack(file, deadline);
            return file;
        } catch (IOException e) {
            throw new StoreException("can't keep " + source + " in " + store.place() + ": " + e.getMessage(), e);
        }
    }

    /** The original is about to be thrown away. */
    private void readBack(Evidence.File file, Deadline deadline) {
        Meter stored = Meter.hashing();
        try {
            copyTo(stored.before(OutputStream.nullOutputStream()), file, deadline);
        } catch (IOException e) {
            throw new StoreException(store.place() + " gives back something else than " + file.source() + " was: " + e.getMessage(), e);
        }
        if (!stored.sha256().equals(file.sha256())) {
            throw new StoreException(store.place() + " gives back something else than " + file.source() + " was", null);
        }
    }

    /**
     * Writes one of the files out as it was.
     *
     * @throws IOException when what is stored is damaged, too; the message names the part
     */
    public void copyTo(OutputStream out, Evidence.File file, Deadline deadline) throws IOException {
        try (Archives.Opened opened = archives.open(file.archive(), deadline)) {
            opened.content().transferTo(out);
        }
    }
}
