package io.autopilot.mysql.adapter.mysqld;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The memory limit of this container, by the kernel's control groups of version 2 or 1 (cgroups(7)). Stateless. */
public final class CgroupMemory {
    /** Version 1 has a number near 2^63 for no limit. */
    private static final long NO_LIMIT = 1L << 60;

    private CgroupMemory() {}

    /**
     * In bytes; empty: no limit.
     *
     * @param root where the control groups are mounted, {@code /sys/fs/cgroup}
     */
    public static Optional<Long> limit(Path root) {
        for (Path file : List.of(root.resolve("memory.max"), root.resolve("memory").resolve("memory.limit_in_bytes"))) {
            if (Files.isReadable(file)) {
                return read(file);
            }
        }
        return Optional.empty();
    }

    private static Optional<Long> read(Path file) {
        try {
            String text = Files.readString(file).strip();
            return text.equals("max") ? Optional.empty() : Optional.of(Long.parseLong(text)).filter(limit -> limit < NO_LIMIT);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + file, e);
        }
    }
}
