package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.MysqldProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The mysqld program of a {@link FakeCluster.FakeNode}. */
final class FakeProgram implements MysqldProgram {
    private final FakeCluster.FakeNode node;

    FakeProgram(FakeCluster.FakeNode node) {
        this.node = node;
    }

    @Override
    public MysqlVersion version() {
        return MysqlVersion.parse("9.7.4");
    }

    @Override
    public void initialise(Path directory, Deadline deadline) {
        try {
            Files.writeString(directory.resolve("ibdata1"), "new");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void kill(MysqldStart start) {
        node.killMysqld();
    }

    @Override
    public void terminate(MysqldStart start) {
        node.killMysqld();
    }
}
