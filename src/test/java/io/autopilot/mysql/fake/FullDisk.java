package io.autopilot.mysql.fake;

import io.autopilot.mysql.port.Disk;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Another disk with little room. */
public record FullDisk(Disk disk, long usable) implements Disk {
    @Override
    public long usableBytes(Path path) {
        return usable;
    }

    @Override
    public long bytesBelow(Path directory, Predicate<String> wanted) {
        return disk.bytesBelow(directory, wanted);
    }

    @Override
    public List<String> names(Path directory) {
        return disk.names(directory);
    }

    @Override
    public InputStream open(Path file) {
        return disk.open(file);
    }

    @Override
    public void makeDirectory(Path directory) {
        disk.makeDirectory(directory);
    }

    @Override
    public void delete(Path path) {
        disk.delete(path);
    }

    @Override
    public void settle(Path tree, Path model) {
        disk.settle(tree, model);
    }
}
