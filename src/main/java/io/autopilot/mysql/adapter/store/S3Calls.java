package io.autopilot.mysql.adapter.store;

import io.autopilot.mysql.adapter.tls.Trust;
import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.config.StoreSettings.Style;
import io.autopilot.mysql.port.Deadline;
import io.autopilot.mysql.port.StoreException;
import io.minio.Http;
import io.minio.MinioClient;
import io.minio.credentials.StaticProvider;
import io.minio.errors.MinioException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls by the client library, each with a client of its own over shared connections, which can be broken off as a whole: by its
 * deadline, by its limit, or because the run was given up. Thread-safe.
 */
final class S3Calls {
    private static final int MOST_AT_ONCE = 64;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final long MOST_OF_AN_ERROR = 2000;
    private static final String DEFAULT_REGION = "us-east-1";

    private final StoreSettings.S3 settings;
    private final S3Failures failures;
    private final OkHttpClient http;
    private final String region;
    private final Attempts attempts = new Attempts();

    /** @throws StoreException when the file of authorities can't be read */
    S3Calls(StoreSettings.S3 settings, Limits limits) {
        this.settings = settings;
        this.failures = new S3Failures(settings, limits);
        this.http = http(settings, limits);
        this.region = settings.region().or(() -> Optional.ofNullable(new Http.BaseUrl(settings.url()).region())).orElse(DEFAULT_REGION);
    }

    private static OkHttpClient http(StoreSettings.S3 settings, Limits limits) {
        Dispatcher dispatcher = new Dispatcher(Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("s3-", 0).factory()));
        dispatcher.setMaxRequests(MOST_AT_ONCE);
        dispatcher.setMaxRequestsPerHost(MOST_AT_ONCE);
        OkHttpClient.Builder builder = new OkHttpClient.Builder()
                // Parts go side by side on connections of their own: one that is disturbed doesn't disturb the others.
                .protocols(List.of(Protocol.HTTP_1_1))
                .dispatcher(dispatcher)
                .connectionPool(new ConnectionPool(MOST_AT_ONCE, IDLE.toSeconds(), TimeUnit.SECONDS))
                .socketFactory(new SendBuffers())
                .connectTimeout(limits.connect())
                .readTimeout(limits.stall())
                .writeTimeout(limits.stall());
        settings.caFile().ifPresent(file -> {
            try {
                Trust trust = Trust.of(file);
                builder.sslSocketFactory(trust.context().getSocketFactory(), trust.manager());
            } catch (IOException e) {
                throw new StoreException("S3 store " + settings.url() + ": " + e.getMessage() + "; look at S3_CACERT", e);
            }
        });
        return builder.build();
    }

    interface Work<T> {
        T on(MinioClient client) throws MinioException, IOException;
    }

    /**
     * Makes one call, once.
     *
     * @param what for the message of a failure, such as {@code read mysql/object}
     */
    <T> T call(String what, Duration limit, Deadline deadline, Work<T> work) {
        Seen seen = new Seen(ConcurrentHashMap.newKeySet(), new AtomicReference<>());
        try (Attempts.Attempt attempt = attempts.begin(limit, deadline, () -> seen.calls().forEach(Call::cancel))) {
            try {
                mustGoOn(attempt);
                return work.on(client(chain -> observed(chain, seen, attempt)));
            } catch (MinioException | IOException | IllegalStateException | IllegalArgumentException e) {
                // The library throws away what happened on the way, and keeps the cause of it at most.
                IOException happened = seen.failure().get();
                throw failures.of(what, happened == null ? e : happened, attempt);
            }
        }
    }

    /** What went by of one call. */
    private record Seen(Set<Call> calls, AtomicReference<@Nullable IOException> failure) {}

    private static void mustGoOn(Attempts.Attempt attempt) throws IOException {
        if (attempt.isOver()) {
            throw new InterruptedIOException("time is up");
        }
    }

    private static Response observed(Interceptor.Chain chain, Seen seen, Attempts.Attempt attempt) throws IOException {
        seen.calls().add(chain.call());
        try {
            mustGoOn(attempt);
            return notBusy(chain.proceed(chain.request()));
        } catch (IOException e) {
            seen.failure().set(e);
            throw e;
        }
    }

    /** Of a busy server's answers the library gives neither the status nor the headers, unless they come with XML. */
    private static Response notBusy(Response response) throws IOException {
        if (!BusyException.isBusy(response.code())) {
            return response;
        }
        try (response) {
            throw new BusyException(
                    response.code(),
                    S3Failures.said(response.peekBody(MOST_OF_AN_ERROR).string()),
                    BusyException.retryAfter(response.header("Retry-After"), Instant.now()));
        }
    }

    private MinioClient client(Interceptor interceptor) {
        MinioClient client = MinioClient.builder()
                .endpoint(settings.url())
                .credentialsProvider(new StaticProvider(
                        settings.accessKey(),
                        settings.secretKey().reveal(),
                        settings.sessionToken().map(Secret::reveal).orElse(null)))
                .region(region)
                .httpClient(http.newBuilder().addInterceptor(interceptor).build())
                .build();
        return styled(client);
    }

    private MinioClient styled(MinioClient client) {
        if (settings.style() == Style.VIRTUAL) {
            client.enableVirtualStyleEndpoint();
        } else if (settings.style() == Style.PATH) {
            client.disableVirtualStyleEndpoint();
        }
        return client;
    }
}
