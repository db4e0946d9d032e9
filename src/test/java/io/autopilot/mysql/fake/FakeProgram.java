package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.MysqldProgram;
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
        throw new UnsupportedOperationException("no hook of a running node initialises");
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
