package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.adapter.store.FaultyProxy.Fault;
import io.autopilot.mysql.port.SnapshotStore;
import java.io.IOException;
import java.time.Clock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class MantaFaultsTest extends StoreFaults {
    private static final String DIRECTORY = MantaStandIn.ROOT + "/one/";

    private MantaStandIn manta;

    /** Before the one that makes the proxy to it. */
    @Override
    @BeforeEach
    void proxy() throws IOException {
        manta = MantaStandIn.start();
        // So that a put is one request.
        new MantaObjects(manta.settings(), Limits.USUAL).create(DIRECTORY + "made", new byte[0], SnapshotStoreContract.soon());
        new MantaObjects(manta.settings(), Limits.USUAL).delete(DIRECTORY + "made", SnapshotStoreContract.soon());
        super.proxy();
    }

    @AfterEach
    void stop() {
        manta.close();
    }

    @Override
    int server() {
        return manta.port();
    }

    @Override
    SnapshotStore once(String url, Limits limits) {
        return RemoteStore.of(new MantaObjects(manta.settings(url, MantaStandIn.ROOT), limits), DIRECTORY, Clock.systemUTC());
    }

    @Override
    Fault forbidding() {
        return exchange -> exchange.answer(
                403, "Content-Type: application/json\r\n", "{\"code\":\"NoMatchingRoleTag\",\"message\":\"None of your active roles are present\"}");
    }

    @Override
    String remedy() {
        return "the role (MANTA_ROLE) needs the rights";
    }

    @Override
    String urlVariable() {
        return "MANTA_URL";
    }
}
