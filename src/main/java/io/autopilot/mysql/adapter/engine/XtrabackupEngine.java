package io.autopilot.mysql.adapter.engine;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Disk;
import io.autopilot.mysql.port.SnapshotEngine;
import io.autopilot.mysql.port.SnapshotException;
import io.autopilot.mysql.port.Subprocesses;
import io.autopilot.mysql.port.Subprocesses.Exit;
import io.autopilot.mysql.port.Subprocesses.Input;
import io.autopilot.mysql.port.Subprocesses.Output;
import io.autopilot.mysql.port.Subprocesses.SubprocessException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Snapshots by Percona XtraBackup 2.3, 2.4, 8.x and 9.x, streamed as xbstream. The tool has succeeded when its status is 0, its last word is
 * {@code completed OK!} and its stream is whole; how much it wrote says nothing.
 */
public final class XtrabackupEngine implements SnapshotEngine {
    private static final String TEMPORARY = "snapshot.xtrabackup.";
    private static final String SUCCESS = "completed OK!";
    private static final String BINLOG = "xtrabackup_binlog_info";
    private static final String CHECKPOINTS = "xtrabackup_checkpoints";
    private static final Duration ASK = Duration.ofSeconds(20);

    /**
     * How the tool logs in; the password goes into a file that only this process's user may read.
     *
     * @param configuration the server's configuration file, which tells where its data is
     */
    public record Server(Path configuration, Address address, String user, Secret password) {}

    private final Subprocesses programs;
    private final Disk disk;
    private final Path volume;
    private final Server server;

    /**
     * @param volume for small temporary files
     */
    public XtrabackupEngine(Subprocesses programs, Disk disk, Path volume, Server server) {
        this.programs = programs;
        this.disk = disk;
        this.volume = volume;
        this.server = server;
    }

    @Override
    public String name() {
        return "xtrabackup";
    }

    @Override
    public long expectedBytes() {
        return disk.bytesBelow(volume, CloneEngine::isData);
    }

    @Override
    public String extension() {
        return ".xbstream";
    }

    @Override
    public boolean gtidsMustBeSet() {
        return true;
    }

    @Override
    public Optional<Reason> whyNot(MysqlVersion version, Deadline deadline) {
        try {
            MysqlVersion tool = version(deadline);
            return XtrabackupInfo.fits(tool, version)
                    ? Optional.empty()
                    : Optional.of(new Reason("xtrabackup " + tool + " is not made for MySQL " + version));
        } catch (SubprocessException | SnapshotException e) {
            return Optional.of(new Reason(String.valueOf(e.getMessage())));
        }
    }

    private MysqlVersion version(Deadline deadline) {
        StringBuilder said = new StringBuilder();
        Exit exit = run(
                List.of("xtrabackup", "--no-defaults", "--version"),
                stdout -> said.append(new String(stdout.readAllBytes(), StandardCharsets.UTF_8)),
                deadline.atMost(ASK));
        return XtrabackupInfo.readVersion(said + "\n" + String.join("\n", exit.lastLines()));
    }

    @Override
    public Taken stream(Donor donor, OutputStream archive, Deadline deadline) throws IOException {
        String tool = version(deadline).text();
        Path work = volume.resolve(TEMPORARY + UUID.randomUUID());
        try {
            disk.makeDirectory(work);
            XbstreamPass pass = new XbstreamPass(Set.of(BINLOG, CHECKPOINTS));
            List<IOException> damage = new ArrayList<>();
            GtidSet before = donor.executed().get();
            Exit exit = programs.run(backup(writeLogin(work), work), Input.NONE, stdout -> {
                try {
                    pass.copy(stdout, archive, deadline);
                } catch (XbstreamPass.DamagedException e) {
                    // The tool's own word on what went wrong is better, so it may say it.
                    damage.add(e);
                }
            }, deadline);
            judge("backup", exit);
            if (!damage.isEmpty()) {
                throw new SnapshotException("xtrabackup says it succeeded, but " + damage.getFirst().getMessage());
            }
            return taken(pass, before, donor.executed().get(), tool);
        } catch (SubprocessException e) {
            throw new SnapshotException("backup: " + e.getMessage(), e);
        } finally {
            disk.delete(work);
        }
    }

    private static List<String> backup(Path login, Path work) {
        return List.of(
                "xtrabackup",
                "--defaults-file=" + login,
                "--backup",
                "--stream=xbstream",
                "--target-dir=" + work.resolve("target"),
                "--no-version-check");
    }

    private Path writeLogin(Path work) throws IOException {
        String text = "!include " + server.configuration() + "\n[client]\nhost = " + server.address().host() + "\nport = "
                + server.address().port() + "\nprotocol = tcp\nuser = " + quoted(server.user()) + "\npassword = "
                + quoted(server.password().reveal()) + "\n";
        Path file = Files.createFile(
                work.resolve("login.cnf"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text);
    }

    /** As option files are read (MySQL Reference Manual, "Using Option Files"). */
    static String quoted(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    private static Taken taken(XbstreamPass pass, GtidSet before, GtidSet after, String tool) {
        if (!XtrabackupInfo.hasType(pass.kept(CHECKPOINTS).orElse(""), "full-backuped")) {
            throw new SnapshotException("xtrabackup says it succeeded, but " + CHECKPOINTS + " says of no full backup");
        }
        XtrabackupInfo.Binlog binlog = XtrabackupInfo.readBinlog(
                pass.kept(BINLOG).orElseThrow(() -> new SnapshotException("no " + BINLOG + " in the stream: has the server a binary log?")));
        if (!binlog.executed().contains(before) || !after.contains(binlog.executed())) {
            throw new SnapshotException("xtrabackup says the snapshot has " + binlog.executed() + ", which is not between "
                    + before + " and " + after);
        }
        return new Taken(new GtidRange.Exact(binlog.executed()), Optional.of(binlog.position()), tool);
    }

    private static void judge(String step, Exit exit) {
        if (exit.status() != 0 || !exit.lastLine().endsWith(SUCCESS)) {
            throw new SnapshotException("xtrabackup " + step + " failed, " + exit);
        }
    }

    @Override
    public void extract(InputStream archive, Path target, Deadline deadline) throws IOException {
        try {
            Exit exit = programs.run(
                    List.of("xbstream", "-x", "-C", target.toString()),
                    stdin -> new XbstreamPass(Set.of()).copy(archive, stdin, deadline),
                    Output.IGNORED,
                    deadline);
            if (exit.status() != 0) {
                throw new SnapshotException("xbstream -x failed, " + exit);
            }
        } catch (XbstreamPass.DamagedException | SubprocessException e) {
            throw new SnapshotException("xbstream -x: " + e.getMessage(), e);
        }
    }

    @Override
    public void prepare(Path target, Deadline deadline) {
        try {
            judge("prepare", run(List.of("xtrabackup", "--prepare", "--target-dir=" + target), Output.IGNORED, deadline));
            if (!XtrabackupInfo.hasType(Files.readString(target.resolve(CHECKPOINTS)), "full-prepared")) {
                throw new SnapshotException("xtrabackup says it prepared, but " + CHECKPOINTS + " doesn't");
            }
        } catch (SubprocessException e) {
            throw new SnapshotException("prepare: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("can't read " + target.resolve(CHECKPOINTS), e);
        }
        disk.names(target).stream()
                .filter(name -> name.startsWith("xtrabackup_") || name.equals("backup-my.cnf"))
                .filter(name -> Files.isRegularFile(target.resolve(name)))
                .forEach(name -> disk.delete(target.resolve(name)));
    }

    private Exit run(List<String> command, Output output, Deadline deadline) {
        try {
            return programs.run(command, Input.NONE, output, deadline);
        } catch (IOException e) {
            throw new UncheckedIOException("reading what " + command.getFirst() + " says", e);
        }
    }

    @Override
    public void removeLeftovers() {
        disk.names(volume).stream().filter(name -> name.startsWith(TEMPORARY)).forEach(name -> disk.delete(volume.resolve(name)));
    }
}
