package io.autopilot.mysql.hook;

import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.MysqlServers;
import io.autopilot.mysql.port.MysqldProgram;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * What the hooks of a running node talk to.
 *
 * @param tasks for calls to several servers at the same time, each short and bounded by its deadline
 * @param clock for records that people read, and for how long a pause and the window of FAILOVER_WINDOW last; no right to write depends on it
 */
public record Ports(
        Consul consul,
        MysqlServers servers,
        MysqldProgram program,
        LocalState state,
        Ticker ticker,
        Sleeper sleeper,
        Executor tasks,
        Clock clock) {
    Poll poll() {
        return new Poll(sleeper);
    }
}
