package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.GtidRange;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.core.Reason;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.SnapshotEngine;
import io.autopilot.mysql.port.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Its archive is the bytes it is given; a restore puts them into one file. */
public final class FakeEngine implements SnapshotEngine {
    private final byte[] data;
    /** Run after half of the archive is written. */
    public Runnable halfWay = () -> {};
    /** Run after all of it is written, where a tool's exit status is judged. */
    public Runnable judged = () -> {};

    public Optional<Reason> whyNot = Optional.empty();
    public boolean gtidsMustBeSet;
    public boolean prepareFails;
    public int leftoversRemoved;

    public FakeEngine(byte[] data) {
        this.data = data.clone();
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public String extension() {
        return ".fake";
    }

    @Override
    public Optional<Reason> whyNot(MysqlVersion server, Deadline deadline) {
        return whyNot;
    }

    @Override
    public long expectedBytes() {
        return data.length;
    }

    @Override
    public Taken stream(Donor donor, OutputStream archive, Deadline deadline) throws IOException {
        archive.write(data, 0, data.length / 2);
        halfWay.run();
        archive.write(data, data.length / 2, data.length - data.length / 2);
        judged.run();
        return new Taken(new GtidRange.Exact(donor.executed().get()), Optional.empty(), "1.0");
    }

    @Override
    public void extract(InputStream archive, Path target, Deadline deadline) throws IOException {
        Files.copy(archive, target.resolve("data"));
        Files.writeString(target.resolve("auto.cnf"), "[auto]");
    }

    @Override
    public void prepare(Path target, Deadline deadline) {
        if (prepareFails) {
            throw new SnapshotException("prepare failed");
        }
        try {
            Files.createFile(target.resolve("prepared"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean gtidsMustBeSet() {
        return gtidsMustBeSet;
    }

    @Override
    public void removeLeftovers() {
        leftoversRemoved++;
    }
}
