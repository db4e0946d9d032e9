package io.autopilot.mysql.simulate;

import java.time.Duration;

/** What a call goes to: a server as seen from a node, or Consul. */
interface Place {
    /** Something that is sent now arrives. */
    boolean isReachable();

    /** Nobody is there, and says so at once. */
    boolean refuses();

    /** What a call takes in each direction on an ordinary day. */
    Duration distance();

    RuntimeException silence(String call);
}
