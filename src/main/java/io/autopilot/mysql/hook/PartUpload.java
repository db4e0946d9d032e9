package io.autopilot.mysql.hook;

import io.autopilot.mysql.core.EncryptionKey;
import io.autopilot.mysql.core.StoredArchive;
import io.autopilot.mysql.core.StoredArchive.Part;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Cuts a stream into parts and stores several at a time; whoever writes waits while all of them are on their way, so memory is bounded. One
 * part that fails fails the stream. For one thread; the parts have their own.
 */
final class PartUpload extends OutputStream {
    private final Target target;
    private final int atOnce;
    private final Semaphore free;
    private final Executor tasks;
    private final Pace pace;
    private final Progress progress;
    private final Deadline deadline;
    private final List<CompletableFuture<Part>> parts = new ArrayList<>();
    private byte[] buffer;
    private int filled;
    private volatile boolean givenUp;

    /**
     * Where the parts go.
     *
     * @param store the place of this archive alone
     */
    record Target(SnapshotStore store, String archive, Optional<EncryptionKey> key, RandomGenerator random) {
        Part store(int index, byte[] content, int length, boolean last, Pace pace, Deadline deadline) {
            byte[] stored = key.map(k -> k.seal(content, length, StoredArchive.context(archive, index, last), random))
                    .orElseGet(() -> length == content.length ? content : Arrays.copyOf(content, length));
            pace.take(stored.length);
            store.put(StoredArchive.objectName(index), stored, deadline);
            return new Part(stored.length, Meter.sha256(stored));
        }
    }

    PartUpload(Target target, int partBytes, int atOnce, Executor tasks, Pace pace, Progress progress, Deadline deadline) {
        this.target = target;
        this.buffer = new byte[partBytes];
        this.atOnce = atOnce;
        this.free = new Semaphore(atOnce);
        this.tasks = tasks;
        this.pace = pace;
        this.progress = progress;
        this.deadline = deadline;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        for (int left = length; left > 0; ) {
            if (filled == buffer.length) {
                ship(false);
            }
            int count = Math.min(left, buffer.length - filled);
            System.arraycopy(bytes, at, buffer, filled, count);
            filled += count;
            at += count;
            left -= count;
        }
    }

    /** All parts, once all of them are stored. */
    List<Part> finish() throws IOException {
        ship(true);
        await(free, atOnce);
        List<Part> stored = new ArrayList<>();
        for (CompletableFuture<Part> part : parts) {
            stored.add(Tasks.join(part));
        }
        return stored;
    }

    /** Returns when no part is on its way any more: what is stored can be removed. */
    void giveUp() {
        givenUp = true;
        for (CompletableFuture<Part> part : parts) {
            part.handle((stored, failure) -> stored).join();
        }
    }

    private void ship(boolean last) throws IOException {
        await(free, 1);
        // A failure must not wait for the end of the stream, which may be hours away.
        parts.stream().filter(CompletableFuture::isCompletedExceptionally).findFirst().ifPresent(Tasks::join);
        int index = parts.size();
        byte[] content = buffer;
        int length = filled;
        parts.add(CompletableFuture.supplyAsync(() -> store(index, content, length, last), tasks));
        // The other array is the part's own from now on.
        buffer = new byte[last ? 0 : buffer.length];
        filled = 0;
    }

    private Part store(int index, byte[] content, int length, boolean last) {
        try {
            if (givenUp) {
                throw new StoreException("the stream was given up", null);
            }
            Part part = target.store(index, content, length, last, pace, deadline);
            progress.stored(part.bytes());
            return part;
        } finally {
            free.release();
        }
    }

    private void await(Semaphore semaphore, int permits) throws IOException {
        try {
            if (!semaphore.tryAcquire(permits, deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                throw new IOException("time is up");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
