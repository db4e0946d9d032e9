package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotStore.Stored;
import java.util.List;
import java.util.Optional;

/**
 * The few calls that a store over a network is made of. A key is the whole way to an object, from the store's top; a directory is the
 * beginning of keys, and ends with a slash. Every call throws {@link io.autopilot.mysql.port.StoreException}, with a message that names the
 * store, the object, the cause and the remedy, and ends by its deadline. Thread-safe.
 */
interface RemoteObjects {
    /** Where a directory is, for messages. */
    String place(String directory);

    /** What lies where an object should go. */
    enum There {
        NOTHING,
        THE_SAME,
        SOMETHING_ELSE
    }

    /** Looks at an object without reading it, if the store can tell. */
    There compare(String key, byte[] content, Deadline deadline);

    /** Stores an object; false: the store says that there is one already. */
    boolean create(String key, byte[] content, Deadline deadline);

    /** What was stored, or a failure: never a part of it, never anything else. */
    Optional<byte[]> get(String key, int atMost, Deadline deadline);

    /** Removes an object; not there is fine. */
    void delete(String key, Deadline deadline);

    /** Everything right below a directory. */
    Listing list(String directory, Deadline deadline);

    /** Removes a directory with all below it. */
    void deleteAll(String directory, Deadline deadline);

    /**
     * What lies right below a directory, in any order.
     *
     * @param directories names, without slashes
     */
    record Listing(List<Stored> objects, List<String> directories) {}
}
