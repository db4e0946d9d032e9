package io.autopilot.mysql.hook;

import io.autopilot.mysql.port.Mysql;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** A connection that is opened while something else is done, and closed whether it was needed or not. */
record Opening(CompletableFuture<Mysql> connection) implements AutoCloseable {

    static Opening begin(Supplier<Mysql> open, Executor tasks) {
        return new Opening(CompletableFuture.supplyAsync(open, tasks));
    }

    /** Once it is open; fails as the opening did. */
    Mysql server() {
        return Tasks.join(connection);
    }

    /** One that is still being opened isn't waited for. */
    @Override
    public void close() {
        var _ = connection.thenAccept(Mysql::close);
    }
}
