package io.autopilot.mysql.adapter.consul;

import io.autopilot.mysql.fake.FakeConsul;
import io.autopilot.mysql.fake.VirtualTime;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;

class FakeConsulTest extends ConsulContract {
    private final VirtualTime time = new VirtualTime();
    private final FakeConsul consul = new FakeConsul(time);

    @Override
    Consul consul() {
        return consul;
    }

    @Override
    Ticker ticker() {
        return time;
    }

    @Override
    Sleeper sleeper() {
        return time;
    }
}
