package io.autopilot.mysql.adapter.consul;

import com.orbitz.consul.Consul;
import com.orbitz.consul.config.ClientConfig;
import io.autopilot.mysql.port.Deadline;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;

/** Builds clients whose time-outs fit a deadline, on one shared pool of connections. */
final class ClientFactory {
    private final ConsulTarget target;
    private final Optional<Trust> trust;
    private final ConnectionPool pool = new ConnectionPool(2, 30, TimeUnit.SECONDS);

    ClientFactory(ConsulTarget target, Optional<Trust> trust) {
        this.target = target;
        this.trust = trust;
    }

    Consul client(Deadline deadline) {
        long millis = Math.max(1, deadline.remaining().toMillis());
        Consul.Builder builder = Consul.builder()
                .withUrl(target.url())
                .withPing(false)
                .withClientConfiguration(new ClientConfig())
                .withConnectionPool(pool)
                .withConnectTimeoutMillis(millis)
                .withReadTimeoutMillis(millis)
                .withWriteTimeoutMillis(millis);
        target.token().ifPresent(token -> builder.withTokenAuth(token.reveal()));
        trust.ifPresent(t -> builder.withSslContext(t.context()).withTrustManager(t.manager()));
        return builder.build();
    }
}
