package io.autopilot.mysql.fake;

import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.LocalState.MysqldStart;
import io.autopilot.mysql.port.MysqldProgram;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The mysqld program of a node that is never empty, under its wrapper, as far as signals go. */
public final class FakeWrapper implements MysqldProgram {
    private final LocalState state;
    private final Supplier<FakeServer> server;
    private final Runnable before;

    /** @param before asked to each signal, which it may keep from being sent */
    public FakeWrapper(LocalState state, Supplier<FakeServer> server, Runnable before) {
        this.state = state;
        this.server = server;
        this.before = before;
    }

    @Override
    public MysqlVersion version() {
        return MysqlVersion.parse("9.7.4");
    }

    @Override
    public void initialise(Path directory, Deadline deadline) {
        throw new IllegalStateException("no node here is empty");
    }

    @Override
    public void kill(MysqldStart start) {
        before.run();
        if (runs(start)) {
            server.get().stop();
        }
    }

    /** The wrapper passes it on to a server that is fenced. */
    @Override
    public void terminate(MysqldStart start) {
        before.run();
        if (!runs(start)) {
            return;
        }
        if (state.mayBeWritable(start)) {
            server.get().stop();
        } else {
            server.get().stopCleanly();
        }
    }

    private boolean runs(MysqldStart start) {
        return state.mysqldStart().filter(start::equals).isPresent();
    }
}
