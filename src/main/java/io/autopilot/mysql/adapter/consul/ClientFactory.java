package io.autopilot.mysql.adapter.consul;

import com.orbitz.consul.Consul;
import com.orbitz.consul.config.ClientConfig;
import io.autopilot.mysql.adapter.tls.Trust;
import io.autopilot.mysql.port.Deadline;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import org.jspecify.annotations.Nullable;

/** Clients whose time-outs fit a deadline, on one shared pool of connections. Thread-safe. */
final class ClientFactory {
    private static final long SECOND = 1000;

    private final ConsulTarget target;
    private final Optional<Trust> trust;
    private final ConnectionPool pool = new ConnectionPool(2, 30, TimeUnit.SECONDS);
    private volatile @Nullable Built last;

    ClientFactory(ConsulTarget target, Optional<Trust> trust) {
        this.target = target;
        this.trust = trust;
    }

    private record Built(long millis, Consul client) {}

    /** The library takes time-outs only when a client is built, which is slow: in whole seconds, the last one often fits again. */
    Consul client(Deadline deadline) {
        long left = deadline.remaining().toMillis();
        long millis = left > SECOND ? left / SECOND * SECOND : Math.max(1, left);
        Built built = last;
        if (built == null || built.millis() != millis) {
            built = new Built(millis, build(millis));
            last = built;
        }
        return built.client();
    }

    private Consul build(long millis) {
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
