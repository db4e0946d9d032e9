package io.autopilot.mysql.adapter.mysql;

import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.adapter.time.ThreadSleeper;
import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.core.Address;
import io.autopilot.mysql.core.MysqlVersion;
import io.autopilot.mysql.port.MysqlException;
import io.autopilot.mysql.port.MysqlServers;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.testcontainers.lifecycle.Startables;

/** Three real servers of one version for the contract; they start once for all tests of the class. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RealServers extends MysqlContract {
    private final Ticker ticker = new ProcTicker(Path.of("/proc"));
    private final List<TestServer> servers;

    RealServers(String image, String version) {
        this.servers = IntStream.rangeClosed(1, 3)
                .mapToObj(number -> new TestServer(image, MysqlVersion.parse(version), number))
                .toList();
    }

    @BeforeAll
    void startServers() {
        Startables.deepStart(servers.stream().map(TestServer::container)).join();
    }

    @AfterAll
    void stopServers() {
        servers.forEach(TestServer::close);
    }

    @BeforeEach
    void resetServers() {
        servers.forEach(TestServer::stopReplication);
        servers.forEach(TestServer::reset);
    }

    final TestServer server(int node) {
        return servers.get(node - 1);
    }

    @Override
    final MysqlServers servers(int node, Secret controlPassword) {
        return new JdbcServers("autopilot", controlPassword, address(node), "contract");
    }

    @Override
    final Address address(int node) {
        return server(node).address();
    }

    @Override
    final Ticker ticker() {
        return ticker;
    }

    @Override
    final Sleeper sleeper() {
        return new ThreadSleeper();
    }

    @Override
    final void startReceiverAlone(int node) {
        server(node).run(server(node).startReceiver());
    }

    @Override
    final void start(int node) {
        server(node).startAgain();
        eventually(() -> answers(node));
    }

    private boolean answers(int node) {
        try {
            local(node).executed();
            return true;
        } catch (MysqlException e) {
            return false;
        }
    }
}
