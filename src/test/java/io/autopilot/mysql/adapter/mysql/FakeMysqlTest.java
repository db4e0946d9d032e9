package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.fake.FakeMysqlNet;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.fake.FakeWrite;
import io.autopilot.mysql.fake.VirtualTime;
import io.autopilot.mysql.port.MysqlServers;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.util.ArrayList;
import java.util.List;

/** The fake servers behave as the real ones do, as far as the hooks can see. */
class FakeMysqlTest extends MysqlContract implements SemiSyncContract {
    private final VirtualTime time = new VirtualTime();
    private final FakeMysqlNet net = new FakeMysqlNet(time);
    private final List<FakeServer> servers = new ArrayList<>();

    FakeMysqlTest() {
        for (int node = 1; node <= 3; node++) {
            FakeServer server = net.add(new Address("10.0.0." + node, 3306), "00000000-0000-0000-0000-00000000000" + node);
            server.start();
            servers.add(server);
        }
    }

    @Override
    public MysqlContract on() {
        return this;
    }

    @Override
    public Write write(int node) {
        FakeWrite write = servers.get(node - 1).clientWrite();
        return write::answer;
    }

    @Override
    MysqlServers servers(int node, Secret controlPassword) {
        return net.seenFrom(servers.get(node - 1), controlPassword);
    }

    @Override
    Address address(int node) {
        return servers.get(node - 1).address();
    }

    @Override
    Ticker ticker() {
        return time;
    }

    @Override
    Sleeper sleeper() {
        return time;
    }

    @Override
    void startReceiverAlone(int node) {
        servers.get(node - 1).startReceiverAlone();
    }

    @Override
    void start(int node) {
        servers.get(node - 1).start();
    }
}
