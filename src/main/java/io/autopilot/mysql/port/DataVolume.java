package io.autopilot.mysql.port;

import java.nio.file.Path;
import java.util.List;

/** The volume that holds mysqld's data directory (docs/decisions/0003). Errors are {@link java.io.UncheckedIOException}. */
public interface DataVolume {
    /** Where mysqld's data is; it need not exist. */
    Path dataDirectory();

    /** Makes the directories that must be there, with their owners. */
    void prepare();

    /** No data directory, or nothing in it. */
    boolean isEmpty();

    /** What lies on the volume that this program did not put there, such as a data directory of another layout. */
    List<String> strangers();

    /** Removes what a killed run left behind. */
    void removeLeftovers();

    /** Bytes that can still be written. */
    long usableBytes();

    /** A new, empty directory on the same file system, which {@link #adopt} can make the data directory; mysqld may write to it. */
    Path newDirectory();

    /** As {@link #newDirectory}, for a purpose that one run at a time has: what a killed run left of it is removed first. */
    Path newDirectory(String purpose);

    /** Makes that directory the data directory, by one rename; the present one must be empty. */
    void adopt(Path directory);

    /** Removes a directory of {@link #newDirectory}. */
    void discard(Path directory);

    /** Deletes the data directory; it is gone as a whole or not at all. */
    void wipe();

    /** Replaces the server's configuration file, for mysqld to read and nobody but root to write. */
    void writeServerConfiguration(String text);
}
