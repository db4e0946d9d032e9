package io.autopilot.mysql.simulate;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.fake.FakeServer.Acknowledgement;
import java.time.Duration;
import java.util.Random;

/** What goes from server to server, with a way of its own for each transaction and each acknowledgement. */
final class Replication {
    private static final Duration LOOK = Duration.ofMillis(900);
    private static final Duration AGAIN = Duration.ofMillis(200);
    private static final int TRIES = 50;

    private final Simulation simulation;
    private final Random random;
    private boolean stirred;

    Replication(Simulation simulation, Random random) {
        this.simulation = simulation;
        this.random = random;
    }

    void start() {
        simulation.time.in(LOOK, () -> {
            stir();
            start();
        });
    }

    void stir() {
        if (!stirred) {
            stirred = true;
            simulation.time.in(Duration.ofMillis(1), () -> {
                stirred = false;
                simulation.nodes.forEach(node -> simulation.time.in(way(), () -> move(node)));
            });
        }
    }

    private Duration way() {
        return Duration.ofNanos(100_000 + random.nextInt(4_000_000));
    }

    private void move(SimNode node) {
        FakeServer server = node.server;
        if (!server.up() || node.isFrozen()) {
            return;
        }
        server.settle();
        boolean silent = server.source().flatMap(simulation.net::at).filter(simulation::isFrozen).isPresent();
        if (!silent) {
            GtidSet before = server.received();
            server.receive().filter(ack -> !ack.received().isEmpty()).ifPresent(ack -> simulation.time.in(way(), () -> arrive(ack, TRIES)));
            if (!server.received().equals(before)) {
                simulation.time.in(way(), () -> apply(node, server));
            }
        }
        if (!server.executed().contains(server.received())) {
            simulation.time.in(way(), () -> apply(node, server));
        }
    }

    private void apply(SimNode node, FakeServer server) {
        GtidSet before = server.logged();
        if (!node.isFrozen()) {
            server.apply();
        }
        if (!server.logged().equals(before)) {
            stir();
        }
    }

    /** It is sent again for as long as the connection lasts. */
    private void arrive(Acknowledgement ack, int tries) {
        boolean open = simulation.net.connected(ack.replica(), ack.source())
                && !simulation.isFrozen(ack.source())
                && !simulation.isFrozen(ack.replica());
        if (!open && tries > 0) {
            simulation.time.in(AGAIN, () -> arrive(ack, tries - 1));
            return;
        }
        if (open) {
            simulation.check.acknowledges(ack);
            ack.arrive();
            ack.source().settle();
        }
    }
}
