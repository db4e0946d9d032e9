package io.autopilot.mysql.port;

import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** This node's disks, as far as snapshots need them. Every method throws {@link java.io.UncheckedIOException} naming the path. */
public interface Disk {
    /** Bytes that can still be written where the path is or would be. */
    long usableBytes(Path path);

    /** Bytes in all files below a directory whose names are wanted; a file that disappears meanwhile counts nothing. */
    long bytesBelow(Path directory, Predicate<String> wanted);

    /** Names in a directory; none when there is no directory. */
    List<String> names(Path directory);

    /** Opens a file for reading; reads throw IOException. */
    InputStream open(Path file);

    /** Makes a directory with mode 0750; there already is fine. */
    void makeDirectory(Path directory);

    /** Removes a file or a directory with all that is in it, never what links in it lead to; not there is fine. */
    void delete(Path path);

    /** Gives a tree to the owner and group of another directory, with directories 0750 and files 0640, and makes all of it durable. */
    void settle(Path tree, Path model);
}
