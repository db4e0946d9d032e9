package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.adapter.store.FaultyProxy.Fault;
import io.autopilot.mysql.port.SnapshotStore;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class S3FaultsTest extends StoreFaults {
    private static S3Server server;

    private final String directory = UUID.randomUUID() + "/";

    @BeforeAll
    static void start() {
        server = S3Server.start();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    int server() {
        return server.port();
    }

    @Override
    SnapshotStore once(String url, Limits limits) {
        return RemoteStore.of(new S3Objects(S3Server.settings(url, ""), limits), directory, Clock.systemUTC());
    }

    @Override
    Fault forbidding() {
        return exchange -> exchange.answer(
                403,
                "Content-Type: application/xml\r\n",
                "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    }

    @Override
    String remedy() {
        return "s3:PutObject";
    }

    @Override
    String urlVariable() {
        return "S3_URL";
    }
}
