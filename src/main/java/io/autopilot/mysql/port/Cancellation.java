package io.autopilot.mysql.port;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Gives a run up that shares its process with others, as the death of its own process would: from then on it reaches neither a server nor
 * Consul nor this node's state, and what it held is given back. Every adapter asks {@link #check} before it acts. What was sent a moment
 * before may still arrive, as it may after a {@code kill -9}. Thread-safe.
 */
public final class Cancellation {
    private static final ScopedValue<Cancellation> OF_THIS_RUN = ScopedValue.newInstance();

    private final Set<Runnable> releases = new LinkedHashSet<>();
    private boolean cancelled;

    /** The run was given up; nobody in it is to catch this. */
    public static final class CancelledException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        CancelledException() {
            super("this run was given up");
        }
    }

    /** What was registered is not held any more. */
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /** Runs that under this cancellation, in the calling thread. */
    public <T> T over(Supplier<T> work) {
        return ScopedValue.where(OF_THIS_RUN, this).call(work::get);
    }

    /** The same work for another thread of the run that calls this; outside of any run, the work itself. */
    public static Runnable carried(Runnable work) {
        if (!OF_THIS_RUN.isBound()) {
            return work;
        }
        Cancellation own = OF_THIS_RUN.get();
        return () -> ScopedValue.where(OF_THIS_RUN, own).run(work);
    }

    /**
     * Goes on only in a run that was not given up, or outside of any run.
     *
     * @throws CancelledException when the run that calls this was given up
     */
    public static void check() {
        if (OF_THIS_RUN.isBound()) {
            OF_THIS_RUN.get().mustGoOn();
        }
    }

    /**
     * Has something released when the run that calls this is given up.
     *
     * @throws CancelledException when that has happened; it is released then
     */
    public static Held holding(Runnable release) {
        return OF_THIS_RUN.isBound() ? OF_THIS_RUN.get().hold(release) : () -> {};
    }

    private synchronized void mustGoOn() {
        if (cancelled) {
            throw new CancelledException();
        }
    }

    private Held hold(Runnable release) {
        synchronized (this) {
            if (!cancelled) {
                releases.add(release);
                return () -> letGo(release);
            }
        }
        release.run();
        throw new CancelledException();
    }

    private synchronized void letGo(Runnable release) {
        releases.remove(release);
    }

    /**
     * Gives the run up; a second time changes nothing.
     *
     * @param executor runs what is released, one task each: a socket that won't close must hold up neither the others nor the caller
     */
    public void cancel(Executor executor) {
        List<Runnable> held;
        synchronized (this) {
            cancelled = true;
            held = List.copyOf(releases).reversed();
            releases.clear();
        }
        held.forEach(executor::execute);
    }

    /** Whether the run that calls this was given up: nothing that it says counts any more. */
    public static boolean isCancelled() {
        return OF_THIS_RUN.isBound() && OF_THIS_RUN.get().over();
    }

    private synchronized boolean over() {
        return cancelled;
    }
}
