package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Evidence;
import io.autopilot.mysql.core.EvidenceRecords;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Disk;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.SnapshotStore.Stored;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Binary logs with errant transactions, kept beside the snapshots (G4): the files as they are, so that mysqlbinlog reads them, and a
 * description that is written last. A run that was killed leaves files without one; the next run begins again.
 */
public final class EvidenceArchive {
    private static final String PLACE = "evidence";
    private static final String DESCRIPTION = ".evidence.json";
    private static final int LONGEST_DESCRIPTION = 16 << 20;

    private final SnapshotStore store;
    private final Disk disk;
    private final Path dataDirectory;

    /**
     * @param snapshots the store that this archive is a place within
     * @param dataDirectory mysqld's, where the binary logs are
     */
    public EvidenceArchive(SnapshotStore snapshots, Disk disk, Path dataDirectory) {
        this.store = snapshots.within(PLACE);
        this.disk = disk;
        this.dataDirectory = dataDirectory;
    }

    /** Where it is, for people. */
    String place() {
        return store.place();
    }

    /** The evidence of this name, if it is complete: described, and every file there in its size. */
    Optional<Evidence> find(String id, Deadline deadline) {
        Map<String, Long> sizes = store.list(deadline).stream().collect(Collectors.toMap(Stored::name, Stored::bytes));
        if (!sizes.containsKey(id + DESCRIPTION)) {
            return Optional.empty();
        }
        return read(id, deadline).filter(evidence -> evidence.files().stream()
                .allMatch(file -> Long.valueOf(file.bytes()).equals(sizes.get(file.object()))));
    }

    private Optional<Evidence> read(String id, Deadline deadline) {
        try (InputStream in = store.open(id + DESCRIPTION, 0, deadline).orElse(InputStream.nullInputStream())) {
            return Optional.of(EvidenceRecords.read(id, new String(in.readNBytes(LONGEST_DESCRIPTION), StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            // As good as none: the files are still on this node, and are copied again.
            return Optional.empty();
        } catch (IOException e) {
            throw failed("read " + id, e);
        }
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
        put(outline.id() + DESCRIPTION, out -> out.write(text), deadline);
        return evidence;
    }

    private Evidence.File copy(String id, String source, Deadline deadline) {
        String object = id + "." + source;
        store.delete(object, deadline);
        Meter copied = Meter.hashing();
        put(object, out -> {
            try (InputStream in = copied.behind(disk.open(dataDirectory.resolve(source)))) {
                in.transferTo(out);
            }
        }, deadline);
        Evidence.File file = new Evidence.File(source, object, copied.bytes(), copied.sha256());
        readBack(file, deadline);
        return file;
    }

    /** The original is about to be thrown away. */
    private void readBack(Evidence.File file, Deadline deadline) {
        Meter stored = Meter.hashing();
        try (InputStream in = stored.behind(store.open(file.object(), 0, deadline).orElse(InputStream.nullInputStream()))) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw failed("read back " + file.object(), e);
        }
        if (stored.bytes() != file.bytes() || !stored.sha256().equals(file.sha256())) {
            throw new StoreException(store.place() + " gives back something else than " + file.object() + " was", null);
        }
    }

    private void put(String object, SnapshotStore.Content content, Deadline deadline) {
        try {
            store.put(object, content, deadline);
        } catch (IOException e) {
            throw failed("write " + object, e);
        }
    }

    private StoreException failed(String what, IOException e) {
        return new StoreException("can't " + what + " in " + store.place() + ": " + e.getMessage(), e);
    }
}
