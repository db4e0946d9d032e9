package io.autopilot.mysql.adapter.consul;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.adapter.time.ProcTicker;
import io.autopilot.mysql.adapter.time.ThreadSleeper;
import io.autopilot.mysql.port.Consul;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.Sleeper;
import io.autopilot.mysql.port.Ticker;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** The contract against a real Consul server in a container, and what only a real connection can do. */
@Tag("side-by-side")
class HttpConsulIT extends ConsulContract {
    private static final GenericContainer<?> SERVER = new GenericContainer<>(
                    DockerImageName.parse(System.getProperty("consul.image", "mysql-autopilot-consul:local")))
            .withExposedPorts(8500)
            .waitingFor(Wait.forHttp("/v1/status/leader").forResponsePredicate(leader -> leader.contains(":")));

    private final Ticker ticker = new ProcTicker(Path.of("/proc"));

    @BeforeAll
    static void start() {
        SERVER.start();
    }

    @AfterAll
    static void stop() {
        SERVER.stop();
    }

    @Override
    Consul consul() {
        return new HttpConsul(new ConsulTarget(
                SERVER.getHost(), SERVER.getMappedPort(8500), false, Optional.empty(), Optional.empty()));
    }

    @Override
    Ticker ticker() {
        return ticker;
    }

    @Override
    Sleeper sleeper() {
        return new ThreadSleeper();
    }

    @Test
    void aServerThatNeverAnswersIsGivenUpAtTheDeadline() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Consul away = new HttpConsul(
                    new ConsulTarget("127.0.0.1", silent.getLocalPort(), false, Optional.empty(), Optional.empty()));
            Deadline deadline = Deadline.after(Duration.ofMillis(300), ticker);
            assertThrows(ConsulException.class, () -> away.get("key", deadline));
            assertTrue(ticker.uptime().minus(deadline.uptime()).compareTo(Duration.ofSeconds(5)) < 0);
            assertThrows(ConsulException.class, () -> away.updateCheck("service:x", Consul.CheckStatus.PASSING, "", deadline));
        }
    }

    @Test
    void aNameWithoutAnAddressIsSaidInWords() {
        Consul away = new HttpConsul(new ConsulTarget("consul.invalid", 8500, false, Optional.empty(), Optional.empty()));
        ConsulException failed =
                assertThrows(ConsulException.class, () -> away.get("k", Deadline.after(Duration.ofSeconds(5), ticker)));
        assertTrue(failed.getMessage().endsWith("read k: the name consul.invalid has no address"), failed::getMessage);
    }

    @Test
    void anErrorNamesTheOperationAndTheAddress() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        Consul away = new HttpConsul(new ConsulTarget("127.0.0.1", port, false, Optional.empty(), Optional.empty()));
        Deadline deadline = Deadline.after(Duration.ofSeconds(2), ticker);
        ConsulException failure = assertThrows(ConsulException.class, () -> away.get("mysql-primary", deadline));
        assertTrue(String.valueOf(failure.getMessage()).contains("http://127.0.0.1:" + port), failure::getMessage);
        assertTrue(String.valueOf(failure.getMessage()).contains("read mysql-primary"), failure::getMessage);
    }
}
