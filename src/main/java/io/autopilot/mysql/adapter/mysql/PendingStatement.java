package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.port.MysqlException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for a statement that another thread has under way. Stateless. */
final class PendingStatement {
    private PendingStatement() {}

    static boolean await(CompletableFuture<Void> statement, Duration wait) {
        try {
            statement.get(wait.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof MysqlException failure) {
                throw failure;
            }
            throw new IllegalStateException("a statement ended with a bug", e.getCause());
        }
    }
}
