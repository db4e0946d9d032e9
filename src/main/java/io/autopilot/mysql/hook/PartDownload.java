package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.Keyring;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.core.StoredArchive.Part;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A stream of parts that are read ahead, several at a time. No byte of a part is given out before its hash and, with encryption, its seal
 * were checked. For one thread; the parts have their own.
 */
final class PartDownload extends InputStream {
    private final SnapshotStore store;
    private final StoredArchive archive;
    private final Keyring keys;
    private final int ahead;
    private final Executor tasks;
    private final Deadline deadline;
    private final Deque<CompletableFuture<Fetched>> coming = new ArrayDeque<>();
    private int asked;
    private byte[] current = new byte[0];
    private int at;
    private Optional<Reason> damage = Optional.empty();

    /** What came of reading one part. */
    private sealed interface Fetched {
        record Sound(ByteBuffer content) implements Fetched {}

        record Damaged(Reason reason) implements Fetched {}
    }

    PartDownload(SnapshotStore store, StoredArchive archive, Keyring keys, int ahead, Executor tasks, Deadline deadline) {
        this.store = store;
        this.archive = archive;
        this.keys = keys;
        this.ahead = ahead;
        this.tasks = tasks;
        this.deadline = deadline;
    }

    /** What is wrong with the stored parts that were read so far: then the stream has ended with an IOException. */
    Optional<Reason> damage() {
        return damage;
    }

    @Override
    public int read() throws IOException {
        return fill() ? current[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, current.length - at);
        System.arraycopy(current, at, buffer, offset, count);
        at += count;
        return count;
    }

    /** False: the stream has ended. */
    private boolean fill() throws IOException {
        while (at == current.length) {
            ask();
            if (coming.isEmpty()) {
                return false;
            }
            current = next();
            at = 0;
        }
        return true;
    }

    private void ask() {
        while (coming.size() < ahead && asked < archive.parts().size()) {
            int index = asked++;
            coming.add(CompletableFuture.supplyAsync(() -> fetch(index), tasks));
        }
    }

    private byte[] next() throws IOException {
        Fetched fetched;
        try {
            fetched = Tasks.join(coming.remove());
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        return switch (fetched) {
            case Fetched.Sound sound -> sound.content().array();
            case Fetched.Damaged damaged -> {
                damage = Optional.of(damaged.reason());
                throw new IOException(damaged.reason().text());
            }
        };
    }

    private Fetched fetch(int index) {
        String name = StoredArchive.partName(archive.name(), index);
        Part part = archive.parts().get(index);
        Optional<byte[]> stored = store.get(StoredArchive.objectName(index), Math.toIntExact(part.bytes()), deadline);
        if (stored.isEmpty()) {
            return new Fetched.Damaged(new Reason(name + " is missing"));
        }
        if (stored.get().length != part.bytes() || !Meter.sha256(stored.get()).equals(part.sha256())) {
            return new Fetched.Damaged(new Reason(
                    name + " is damaged: its " + stored.get().length + " bytes don't have the hash that the manifest says"));
        }
        if (archive.encryptionKey().isEmpty()) {
            return new Fetched.Sound(ByteBuffer.wrap(stored.get()));
        }
        String context = StoredArchive.context(archive.name(), index, index == archive.parts().size() - 1);
        return keys.find(archive.encryptionKey().get())
                .flatMap(key -> key.open(stored.get(), context))
                .<Fetched>map(content -> new Fetched.Sound(ByteBuffer.wrap(content)))
                .orElseGet(() -> new Fetched.Damaged(new Reason(name + " was not sealed as this part of this archive with the key "
                        + archive.encryptionKey().get() + ": it was altered, or is another part")));
    }
}
