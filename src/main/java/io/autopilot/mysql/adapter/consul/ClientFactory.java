package io.autopilot.mysql.adapter.consul;

import com.orbitz.consul.Consul;
import com.orbitz.consul.config.ClientConfig;
import io.autopilot.mysql.port.ConsulException;
import io.autopilot.mysql.port.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Builds clients whose time-outs fit a deadline, on one shared pool of connections. */
final class ClientFactory {
    private final ConsulTarget target;
    private final ConnectionPool pool = new ConnectionPool(2, 30, TimeUnit.SECONDS);
    private final @Nullable Trust trust;

    ClientFactory(ConsulTarget target) {
        this.target = target;
        this.trust = target.caFile().map(ClientFactory::trust).orElse(null);
    }

    private record Trust(SSLContext context, X509TrustManager manager) {}

    OkHttpClient http() {
        OkHttpClient.Builder builder = new OkHttpClient.Builder().connectionPool(pool);
        if (trust != null) {
            builder.sslSocketFactory(trust.context().getSocketFactory(), trust.manager());
        }
        return builder.build();
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
        if (trust != null) {
            builder.withSslContext(trust.context()).withTrustManager(trust.manager());
        }
        return builder.build();
    }

    private static Trust trust(Path caFile) {
        try (InputStream in = Files.newInputStream(caFile)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("ca-" + number++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return new Trust(context, (X509TrustManager) factory.getTrustManagers()[0]);
        } catch (IOException | GeneralSecurityException e) {
            throw new ConsulException("can't use the certificates in " + caFile + ": " + e.getMessage(), e);
        }
    }
}
