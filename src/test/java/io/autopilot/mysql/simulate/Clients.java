package io.autopilot.mysql.simulate;

import io.autopilot.mysql.fake.FakeServer;
import java.time.Duration;
import java.util.Random;

/** Clients that write, and read, at the server that was the primary when they last looked, or at any. */
final class Clients {
    private static final Duration SNAPSHOT = Duration.ofSeconds(8);

    private final Simulation simulation;
    private final Random random;

    Clients(Simulation simulation, Random random) {
        this.simulation = simulation;
        this.random = random;
    }

    void start() {
        write();
        keepSnapshots();
    }

    private void write() {
        simulation.time.in(Duration.ofMillis(20 + random.nextInt(400)), () -> {
            int dice = random.nextInt(10);
            for (SimNode node : simulation.nodes) {
                // Most go where writes are taken, some where they were taken once.
                if (node.server.writable() || random.nextInt(10) == dice) {
                    use(node);
                }
            }
            write();
        });
    }

    private void use(SimNode node) {
        FakeServer server = node.server;
        if (node.isFrozen()) {
            return;
        }
        if (server.writable() && server.isOpen()) {
            simulation.check.read(server);
        }
        server.clientWrite();
        simulation.stir();
    }

    private void keepSnapshots() {
        simulation.time.in(SNAPSHOT, () -> {
            simulation.takeSnapshot();
            keepSnapshots();
        });
    }
}
