package io.autopilot.mysql.adapter.store;

import com.joyent.manta.client.MantaClient;
import com.joyent.manta.config.ChainedConfigContext;
import com.joyent.manta.config.ConfigContext;
import com.joyent.manta.config.DefaultsConfigContext;
import com.joyent.manta.config.StandardConfigContext;
import com.joyent.manta.exception.ConfigurationException;
import com.joyent.manta.exception.MantaException;
import com.joyent.manta.http.MantaConnectionFactoryConfigurator;
import io.autopilot.mysql.adapter.tls.Trust;
import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.StoreException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.apache.http.HttpClientConnection;
import org.apache.http.HttpException;
import org.apache.http.HttpRequest;
import org.apache.http.HttpResponse;
import org.apache.http.client.config.RequestConfig;
import org.apache.http.config.Registry;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.config.SocketConfig;
import org.apache.http.conn.socket.ConnectionSocketFactory;
import org.apache.http.conn.socket.PlainConnectionSocketFactory;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import org.apache.http.conn.ssl.TrustAllStrategy;
import org.apache.http.impl.client.HttpClientBuilder;
import org.apache.http.impl.conn.PoolingHttpClientConnectionManager;
import org.apache.http.impl.execchain.ClientExecChain;
import org.apache.http.protocol.HttpContext;
import org.apache.http.protocol.HttpRequestExecutor;
import org.apache.http.ssl.SSLContexts;

/**
 * Makes calls by Manta's client library, over an HTTP client that lets a call be broken off in its middle: by its deadline, by its limit, by
 * a stall, or because the run was given up. Thread-safe.
 */
final class MantaCalls {
    private static final int MOST_AT_ONCE = 64;
    private static final ScopedValue<Set<HttpClientConnection>> IN_USE = ScopedValue.newInstance();

    private final Limits limits;
    private final MantaFailures failures;
    private final MantaClient client;
    private final Attempts attempts = new Attempts();

    /** @throws StoreException when the key, or the file of authorities, can't be used */
    MantaCalls(StoreSettings.Manta settings, Limits limits) {
        this.limits = limits;
        this.failures = new MantaFailures(settings, limits);
        try {
            this.client = new MantaClient(context(settings), new MantaConnectionFactoryConfigurator(http(settings, limits)));
        } catch (ConfigurationException | MantaException | IOException | GeneralSecurityException e) {
            throw failures.ofSettings(e);
        }
    }

    private static ConfigContext context(StoreSettings.Manta settings) {
        StandardConfigContext own = new StandardConfigContext();
        own.setMantaURL(settings.url())
                .setMantaUser(settings.account() + settings.subuser().map(user -> "/" + user).orElse(""))
                .setMantaKeyId(settings.keyId())
                .setPrivateKeyContent(settings.privateKey().reveal())
                .setRetries(0)
                .setVerifyUploads(true)
                .setDownloadContinuations(0)
                .setDisableNativeSignatures(true)
                .setMaximumConnections(MOST_AT_ONCE);
        return new ChainedConfigContext(new DefaultsConfigContext(), own);
    }

    private static HttpClientBuilder http(StoreSettings.Manta settings, Limits limits) throws IOException, GeneralSecurityException {
        int connect = Math.toIntExact(limits.connect().toMillis());
        int stall = Math.toIntExact(limits.stall().toMillis());
        Registry<ConnectionSocketFactory> sockets = RegistryBuilder.<ConnectionSocketFactory>create()
                .register("http", PlainConnectionSocketFactory.getSocketFactory())
                .register("https", tls(settings))
                .build();
        PoolingHttpClientConnectionManager connections = new PoolingHttpClientConnectionManager(sockets);
        connections.setMaxTotal(MOST_AT_ONCE);
        connections.setDefaultMaxPerRoute(MOST_AT_ONCE);
        connections.setDefaultSocketConfig(
                SocketConfig.custom().setTcpNoDelay(true).setSoTimeout(stall).setSndBufSize(SendBuffers.BYTES).build());
        HttpClientBuilder builder = new Builder()
                .setConnectionManager(connections)
                .setRequestExecutor(new Breakable())
                // What is stored is packed already, and its length must be the one that is said.
                .disableContentCompression()
                .disableAuthCaching()
                .disableCookieManagement()
                .useSystemProperties()
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setAuthenticationEnabled(false)
                        .setConnectTimeout(connect)
                        .setConnectionRequestTimeout(connect)
                        .setSocketTimeout(stall)
                        .build());
        settings.roles().ifPresent(roles -> builder.addInterceptorLast(
                (HttpRequest request, HttpContext context) -> request.setHeader("Role", roles)));
        return builder;
    }

    private static SSLConnectionSocketFactory tls(StoreSettings.Manta settings) throws IOException, GeneralSecurityException {
        if (settings.anyCertificate()) {
            SSLContext any = SSLContexts.custom().loadTrustMaterial(TrustAllStrategy.INSTANCE).build();
            return new SSLConnectionSocketFactory(any, NoopHostnameVerifier.INSTANCE);
        }
        return settings.caFile().isPresent()
                ? new SSLConnectionSocketFactory(Trust.of(settings.caFile().get()).context())
                : SSLConnectionSocketFactory.getSystemSocketFactory();
    }

    /** Of a time-out the library asks the state of its connections, and fails on that when they are somebody else's: it mustn't see one. */
    private static final class Builder extends HttpClientBuilder {
        @Override
        protected ClientExecChain decorateMainExec(ClientExecChain main) {
            return (route, request, context, aware) -> {
                try {
                    return main.execute(route, request, context, aware);
                } catch (InterruptedIOException e) {
                    throw new IOException(e.getMessage(), e);
                }
            };
        }
    }

    /** Notes which connection a call uses. */
    private static final class Breakable extends HttpRequestExecutor {
        @Override
        public HttpResponse execute(HttpRequest request, HttpClientConnection connection, HttpContext context)
                throws IOException, HttpException {
            // Once it is given back the object is of no use any more, so it never breaks the call that has the connection next.
            IN_USE.get().add(connection);
            return super.execute(request, connection, context);
        }
    }

    interface Work<T> {
        T on(MantaClient client, Attempts.Attempt attempt) throws IOException;
    }

    /**
     * Makes one call, once.
     *
     * @param what for the message of a failure, such as {@code read /account/stor/mysql/object}
     */
    <T> T call(String what, Duration limit, Deadline deadline, Work<T> work) {
        Set<HttpClientConnection> inUse = ConcurrentHashMap.newKeySet();
        try (Attempts.Attempt attempt = attempts.begin(limit, deadline, () -> inUse.forEach(MantaCalls::close))) {
            try {
                if (attempt.isOver()) {
                    throw new InterruptedIOException("time is up");
                }
                return ScopedValue.where(IN_USE, inUse).call(() -> work.on(client, attempt));
            } catch (IOException | UncheckedIOException | MantaException e) {
                throw failures.of(what, e, attempt);
            }
        }
    }

    private static void close(HttpClientConnection connection) {
        try {
            connection.shutdown();
        } catch (IOException e) {
            // It is as good as closed, and who waits for it has a time-out of his own.
        }
    }

    Limits limits() {
        return limits;
    }
}
