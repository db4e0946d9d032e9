package io.autopilot.mysql.hook;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.autopilot.mysql.core.EncryptionKey;
import io.autopilot.mysql.core.Keyring;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.core.StoredArchive.Compression;
import io.autopilot.mysql.core.StoredArchive.Part;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import io.autopilot.mysql.port.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams of any length in a store, in constant memory and without a copy on disk: compressed, cut into parts, each part encrypted, hashed
 * and stored as an object of its own, several at a time (docs/decisions/0021). What comes back was checked part by part before a byte of it is used.
 * Thread-safe.
 */
public final class Archives {
    private static final Logger LOG = LoggerFactory.getLogger(Archives.class);
    private static final String PACKED = ".zst";
    private static final Duration CLEAN_UP = Duration.ofSeconds(30);

    private final SnapshotStore store;
    private final Format format;
    private final Keyring keys;
    private final Executor tasks;
    private final Pace pace;
    private final Ticker ticker;
    private final RandomGenerator random;

    /**
     * How streams are stored from now on; each says itself how it was.
     *
     * @param level of the compression
     * @param threads that compress, beside the one that reads
     * @param partBytes of a part before encryption
     * @param atOnce parts on their way at the same time
     */
    public record Format(Compression compression, int level, int threads, int partBytes, int atOnce) {}

    /**
     * @param tasks runs uploads and downloads, each bounded by its deadline
     * @param random must be fit for nonces
     */
    public Archives(
            SnapshotStore store, Format format, Keyring keys, Executor tasks, Pace pace, Ticker ticker, RandomGenerator random) {
        this.store = store;
        this.format = format;
        this.keys = keys;
        this.tasks = tasks;
        this.pace = pace;
        this.ticker = ticker;
        this.random = random;
    }

    /** What a stream is made of. */
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** The same in a place of its own. */
    Archives within(String place) {
        return new Archives(store.within(place), format, keys, tasks, pace, ticker, random);
    }

    /** For streams that nobody watches. */
    Progress unwatched() {
        return new Progress(0, ticker, Duration.ofDays(1), report -> {});
    }

    SnapshotStore store() {
        return store;
    }

    Keyring keys() {
        return keys;
    }

    /** The name of a stream that is stored from now on. */
    String nameOf(String content) {
        return switch (format.compression()) {
            case NONE -> content;
            case ZSTD -> content + PACKED;
        };
    }

    /** The other way round, of a stream that was stored under whatever settings. */
    static String contentOf(String name) {
        return name.endsWith(PACKED) ? name.substring(0, name.length() - PACKED.length()) : name;
    }

    /**
     * Stores a stream; when that fails nothing of it stays. It is nothing yet until something describes it.
     *
     * @param name of a place in the store that nothing else has
     * @throws StoreException when the store fails
     * @throws IOException thrown by the content
     */
    StoredArchive put(String name, Progress progress, Content content, Deadline deadline) throws IOException {
        PartUpload upload = new PartUpload(
                new PartUpload.Target(store.within(name), name, keys.current(), random), format.partBytes(), format.atOnce(), tasks, pace, progress, deadline);
        Meter read = Meter.telling(progress::read);
        boolean done = false;
        try {
            try (OutputStream packed = packed(upload)) {
                content.writeTo(read.before(packed));
            }
            List<Part> parts = upload.finish();
            done = true;
            return new StoredArchive(name, parts, read.bytes(), format.compression(), keys.current().map(EncryptionKey::id));
        } finally {
            if (!done) {
                upload.giveUp();
                delete(name, Deadline.after(CLEAN_UP, ticker));
            }
        }
    }

    private OutputStream packed(OutputStream out) throws IOException {
        return switch (format.compression()) {
            case NONE -> out;
            case ZSTD -> new ZstdOutputStream(out, format.level()).setWorkers(format.threads());
        };
    }

    /** Reads a stream. What was stored is checked before it is given out: see {@link PartDownload#damage}. */
    Opened open(StoredArchive archive, Deadline deadline) throws IOException {
        PartDownload parts = new PartDownload(store.within(archive.name()), archive, keys, format.atOnce(), tasks, deadline);
        return new Opened(parts, switch (archive.compression()) {
            case NONE -> parts;
            case ZSTD -> new ZstdInputStream(parts);
        });
    }

    /**
     * A stream that is being read.
     *
     * @param parts say whether what broke the reading was damage of what is stored
     */
    record Opened(PartDownload parts, InputStream content) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            content.close();
        }
    }

    /** What is wrong with it, as far as can be seen without reading it. */
    Optional<Reason> damage(StoredArchive archive, Deadline deadline) {
        Map<String, Long> there = store.within(archive.name()).list(deadline).stream()
                .collect(Collectors.toMap(SnapshotStore.Stored::name, SnapshotStore.Stored::bytes));
        for (int i = 0; i < archive.parts().size(); i++) {
            Long bytes = there.get(StoredArchive.objectName(i));
            String name = StoredArchive.partName(archive.name(), i);
            if (bytes == null) {
                return Optional.of(new Reason(name + " is missing"));
            }
            if (bytes != archive.parts().get(i).bytes()) {
                return Optional.of(new Reason(name + " has " + bytes + " bytes instead of " + archive.parts().get(i).bytes()));
            }
        }
        return Optional.empty();
    }

    /** Removes all of a stream, as far as the store lets it; the rest is found by the next run. */
    void delete(String name, Deadline deadline) {
        try {
            store.within(name).deleteAll(deadline);
        } catch (StoreException e) {
            LOG.warn("event=archive-not-removed name=\"{}\" reason=\"{}\"", name, e.getMessage());
        }
    }
}
