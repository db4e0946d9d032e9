package io.autopilot.mysql.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Lets a container write only so often to its disk, by its control group of version 1 or 2; needs a Docker on this machine, and root. */
final class SlowDisk {
    static final int WRITES = 20;

    /** Where Docker's drivers cgroupfs and systemd have the files; %s is the container. */
    private static final List<String> VERSION_1 = List.of(
            "/sys/fs/cgroup/blkio/docker/%s/blkio.throttle.write_iops_device",
            "/sys/fs/cgroup/blkio/system.slice/docker-%s.scope/blkio.throttle.write_iops_device");

    private static final List<String> VERSION_2 =
            List.of("/sys/fs/cgroup/docker/%s/io.max", "/sys/fs/cgroup/system.slice/docker-%s.scope/io.max");

    private SlowDisk() {}

    /** Why it can't be had on this machine; empty when it can. */
    static Optional<String> whyNot() {
        boolean had = Files.isWritable(Path.of("/sys/fs/cgroup/blkio/blkio.throttle.write_iops_device"))
                || Files.isWritable(Path.of("/sys/fs/cgroup/blkio/docker"))
                || (Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers")) && Files.isWritable(Path.of("/sys/fs/cgroup/cgroup.procs")));
        return had ? Optional.empty() : Optional.of("the control groups of this machine's containers can't be changed from here");
    }

    static void begin(Scene scene) {
        limit(scene, Integer.toString(WRITES));
    }

    static void end(Scene scene) {
        limit(scene, "0");
    }

    private static void limit(Scene scene, String writes) {
        String id = scene.cluster().docker("inspect", "-f", "{{.Id}}", scene.primary()).strip();
        String device = disk(scene.cluster()
                .docker("exec", scene.primary(), "stat", "-c", "%Hd:%Ld", "/var/lib/mysql")
                .strip());
        for (String file : VERSION_1) {
            if (Files.exists(Path.of(file.formatted(id)))) {
                write(Path.of(file.formatted(id)), device + " " + writes);
                return;
            }
        }
        for (String file : VERSION_2) {
            if (Files.exists(Path.of(file.formatted(id)))) {
                write(Path.of(file.formatted(id)), device + " wiops=" + (writes.equals("0") ? "max" : writes));
                return;
            }
        }
        throw new IllegalStateException("no control group of container " + id + " is known");
    }

    /** Limits are for whole disks. */
    private static String disk(String device) {
        Path block = Path.of("/sys/dev/block", device);
        try {
            return Files.exists(block.resolve("partition"))
                    ? Files.readString(block.toRealPath().resolveSibling("dev")).strip()
                    : device;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(Path file, String line) {
        try {
            Files.writeString(file, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
