package io.autopilot.mysql.hook;

/** Work that is done once, by whoever comes to it first; who comes meanwhile waits. Tried again by the next one when it failed. Thread-safe. */
final class Once {
    private final Runnable work;
    private boolean done;

    Once(Runnable work) {
        this.work = work;
    }

    synchronized void run() {
        if (!done) {
            work.run();
            done = true;
        }
    }
}
