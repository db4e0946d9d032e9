package io.autopilot.mysql.core;

import java.util.random.RandomGenerator;

/**
 * A server_id, never 0. A replica skips every transaction that carries its own number, whatever the GTIDs say: so it must be neither another
 * server's nor one under which the cluster's data was ever written (docs/decisions/0010).
 */
public record ServerId(long value) {
    private static final long END = 1L << 32;

    public ServerId {
        if (value < 1 || value >= END) {
            throw new IllegalArgumentException("a server_id is between 1 and 4294967295, not " + value);
        }
    }

    /** One of four thousand million. */
    public static ServerId drawnBy(RandomGenerator random) {
        return new ServerId(random.nextLong(1, END));
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
