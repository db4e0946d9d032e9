package io.autopilot.mysql.port;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Where one cluster's snapshots are kept: named objects of at most some 64 MiB, each of them there whole or not at all. An object is never
 * overwritten. Every method throws {@link StoreException} when the store can't be reached or refuses. Implementations are thread-safe and
 * hold to one contract test.
 */
public interface SnapshotStore {
    /** Where it is, for messages; holds no secret. */
    String place();

    /**
     * Stores an object: there whole and durable when this returns, else not visible. The same content again is fine, so that a try whose
     * answer was lost can be made again.
     *
     * @param name a plain file name
     * @throws StoreException also when there is an object of this name with other content
     */
    void put(String name, byte[] content, Deadline deadline);

    /**
     * Reads an object.
     *
     * @return empty when there is no such object
     * @throws StoreException also when it is longer than that
     */
    Optional<byte[]> get(String name, int atMost, Deadline deadline);

    /** All objects at this place, unfinished ones left out, in order of their names; not those of places within. */
    List<Stored> list(Deadline deadline);

    /** Removes an object; not there is fine. */
    void delete(String name, Deadline deadline);

    /** Removes what writers that are dead left unfinished; a writer at work is left alone. Returns what was removed. */
    List<String> removeUnfinished(Deadline deadline);

    /**
     * A place of its own in this store: what lies there this store neither lists nor removes.
     *
     * @param name a plain file name
     */
    SnapshotStore within(String name);

    /** Names of the places within that hold something, in order. */
    List<String> places(Deadline deadline);

    /** Removes this place, which is within another, with all objects in it; not there is fine. */
    void deleteAll(Deadline deadline);

    /** Writes a small object, reads it back and deletes it: throws when this store would not take a snapshot. */
    void check(Deadline deadline);

    /** An object in the store. */
    record Stored(String name, long bytes, Instant modified) {}
}
