package io.autopilot.mysql.port;

import java.time.Duration;

/** Does a piece of work again and again beside other work. */
public interface Repeater {
    /**
     * Begins: the first time after one period. An exception of the work ends the repetition.
     *
     * @return ends it when closed; the work is then over and doesn't begin again
     */
    Repetition every(Duration period, Runnable work);

    /** Work in progress. */
    interface Repetition extends AutoCloseable {
        @Override
        void close();
    }
}
