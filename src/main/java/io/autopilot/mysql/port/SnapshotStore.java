package io.autopilot.mysql.port;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where one cluster's snapshots are kept: named objects, each of them there whole or not at all. An object is never overwritten. Every
 * method throws {@link StoreException} when the store can't be reached or refuses. Implementations are thread-safe and hold to one
 * contract test.
 */
public interface SnapshotStore {
    /** Where it is, for messages; holds no secret. */
    String place();

    /**
     * Streams an object into the store. It becomes visible, and durable, when the content has returned normally; when it
     * throws, nothing stays behind.
     *
     * @param name a plain file name
     * @return bytes written
     * @throws StoreException also when there is an object of this name already
     * @throws IOException thrown by the content
     */
    long put(String name, Content content, Deadline deadline) throws IOException;

    /**
     * Opens an object for reading; reads throw IOException.
     *
     * @param from bytes to leave out at the beginning, so that parts can be read side by side and a broken read resumed
     * @return empty when there is no such object
     */
    Optional<InputStream> open(String name, long from, Deadline deadline);

    /** All objects, unfinished ones left out, in order of their names. */
    List<Stored> list(Deadline deadline);

    /** Removes an object; not there is fine. */
    void delete(String name, Deadline deadline);

    /** Removes what writers that are dead left unfinished; a writer at work is left alone. Returns what was removed. */
    List<String> removeUnfinished(Deadline deadline);

    /**
     * A place of its own in this store, for objects that are no part of a snapshot: what lies there this store neither lists nor removes.
     *
     * @param name a plain file name
     */
    SnapshotStore within(String name);

    /** Writes a small object, reads it back and deletes it: throws when this store would not take a snapshot. */
    void check(Deadline deadline);

    /** What an object is made of. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** An object in the store. */
    record Stored(String name, long bytes, Instant modified) {}
}
