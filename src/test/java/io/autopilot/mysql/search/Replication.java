package io.autopilot.mysql.search;

import io.autopilot.mysql.core.GtidSet;
import io.autopilot.mysql.fake.FakeServer;
import io.autopilot.mysql.fake.FakeServer.Acknowledgement;
import java.util.List;
import java.util.function.Consumer;

/** What goes from server to server goes at once, until nothing is left to go. */
final class Replication {
    /** As many as there can be hops, and one for what an acknowledgement lets go on. */
    private static final int MOST_ROUNDS = 8;

    private Replication() {}

    /** @param acknowledges told of each acknowledgement before it counts */
    static void run(List<FakeServer> servers, Consumer<Acknowledgement> acknowledges) {
        boolean moved = true;
        for (int round = 0; moved && round < MOST_ROUNDS; round++) {
            moved = false;
            for (FakeServer server : servers) {
                moved |= move(server, acknowledges);
            }
        }
    }

    private static boolean move(FakeServer server, Consumer<Acknowledgement> acknowledges) {
        if (!server.up()) {
            return false;
        }
        boolean connected = server.isConnected();
        GtidSet received = server.received();
        GtidSet executed = server.logged();
        server.receive().filter(ack -> !ack.received().isEmpty()).ifPresent(ack -> {
            acknowledges.accept(ack);
            ack.arrive();
        });
        server.apply();
        server.settle();
        return connected != server.isConnected() || !received.equals(server.received()) || !executed.equals(server.logged());
    }
}
