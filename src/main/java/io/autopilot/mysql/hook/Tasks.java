package io.autopilot.mysql.hook;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What was begun at the same time ends as if it had been done here: with the exception that it failed with, not one around it. */
final class Tasks {
    private Tasks() {}

    static <T> T join(CompletableFuture<T> task) {
        try {
            return task.join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw e;
            }
        }
    }
}
