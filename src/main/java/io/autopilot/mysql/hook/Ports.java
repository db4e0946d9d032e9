package io.autopilot.mysql.hook;

import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.LocalState;
import io.autopilot.mysql.port.MysqlServers;
import io.autopilot.mysql.port.MysqldProgram;
import io.autopilot.mysql.port.Poll;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.time.Clock;

/**
 * What the hooks of a running node talk to.
 *
 * @param clock for records that people read; nothing is decided by it
 */
public record Ports(
        Consul consul,
        MysqlServers servers,
        MysqldProgram program,
        LocalState state,
        Ticker ticker,
        Sleeper sleeper,
        Clock clock) {
    Poll poll() {
        return new Poll(sleeper);
    }
}
