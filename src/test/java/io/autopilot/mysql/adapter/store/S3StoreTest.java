package io.autopilot.mysql.adapter.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autopilot.mysql.config.Secret;
import io.autopilot.mysql.config.StoreSettings;
import io.autopilot.mysql.port.SnapshotStore;
import io.autopilot.mysql.port.StoreException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The S3 store on a real server of S3. */
class S3StoreTest extends SnapshotStoreContract {
    @TempDir
    static Path directory;

    private static TestTls tls;
    private static S3Server server;

    private final String prefix = UUID.randomUUID() + "/";

    @BeforeAll
    static void start() throws Exception {
        tls = TestTls.in(directory);
        server = S3Server.start(Optional.of(tls));
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Override
    SnapshotStore store(String service) {
        return of(S3Server.settings(server.url(), prefix), service);
    }

    private static SnapshotStore of(StoreSettings.S3 settings, String service) {
        return RemoteStore.of(settings, service, Clock.systemUTC());
    }

    private StoreSettings.S3 over(String url, Optional<Path> authorities) {
        StoreSettings.S3 plain = S3Server.settings(url, prefix);
        return new StoreSettings.S3(
                url,
                plain.bucket(),
                prefix,
                plain.region(),
                StoreSettings.Style.PATH,
                plain.accessKey(),
                plain.secretKey(),
                Optional.empty(),
                authorities);
    }

    private static StoreException refused(StoreSettings.S3 settings) {
        StoreException refused = assertThrows(StoreException.class, () -> of(settings, "one").check(soon()));
        assertTrue(String.valueOf(refused.getMessage()).contains(settings.url()), refused::getMessage);
        return refused;
    }

    private static void assertSaid(StoreException refused, String... words) {
        for (String word : words) {
            assertTrue(String.valueOf(refused.getMessage()).contains(word), refused::getMessage);
        }
        assertFalse(String.valueOf(refused.getMessage()).contains(S3Server.SECRET_KEY), refused::getMessage);
    }

    @Test
    void otherKeysAreRefusedForGood() {
        StoreSettings.S3 good = server.settings();
        StoreException key = refused(new StoreSettings.S3(
                good.url(), good.bucket(), "", good.region(), good.style(), "another", good.secretKey(), Optional.empty(), Optional.empty()));
        assertFalse(key.isTransient());
        assertSaid(key, "InvalidAccessKeyId", "S3_ACCESS_KEY", "bucket snapshots");
        StoreException secret = refused(new StoreSettings.S3(
                good.url(), good.bucket(), "", good.region(), good.style(), good.accessKey(), new Secret("hush"), Optional.empty(), Optional.empty()));
        assertFalse(secret.isTransient());
        assertSaid(secret, "SignatureDoesNotMatch", "S3_SECRET_KEY");
    }

    @Test
    void aMissingBucketIsNamed() {
        StoreSettings.S3 good = server.settings();
        StoreException refused = refused(new StoreSettings.S3(
                good.url(), "nowhere", "", good.region(), good.style(), good.accessKey(), good.secretKey(), Optional.empty(), Optional.empty()));
        assertFalse(refused.isTransient());
        assertSaid(refused, "NoSuchBucket", "bucket nowhere", "make the bucket, or name another one in S3_BUCKET");
    }

    @Test
    void anAuthorityOfOnesOwnIsTrustedWhenItsFileIsNamed() {
        StoreException untrusted = refused(over(server.secureUrl(), Optional.empty()));
        assertFalse(untrusted.isTransient());
        assertSaid(untrusted, "isn't trusted", "S3_CACERT");
        SnapshotStore store = of(over(server.secureUrl(), Optional.of(tls.authority())), "one");
        put(store, "object", "over HTTPS");
        assertEquals("over HTTPS", new String(store.get("object", 100, soon()).orElseThrow(), StandardCharsets.UTF_8));
        store.check(soon());
    }

    @Test
    void theOtherProtocolIsNamed() {
        assertSaid(refused(over(server.url().replace("http:", "https:"), Optional.empty())), "doesn't speak HTTPS", "S3_URL");
    }

    @Test
    void withTheVirtualStyleTheBucketIsPartOfTheHost() {
        StoreSettings.S3 good = server.settings();
        StoreException unknown = refused(new StoreSettings.S3(
                "http://s3.invalid:9000", "snapshots", "", good.region(), StoreSettings.Style.VIRTUAL, "a", good.secretKey(), Optional.empty(), Optional.empty()));
        assertTrue(unknown.isTransient());
        assertSaid(unknown, "snapshots.s3.invalid", "has no address", "S3_URL");
    }

    @Test
    void aPlaceIsNamedWithItsBucketAndPrefix() {
        assertEquals(server.url() + "/snapshots/" + prefix + "one/within/", store("one").within("within").place());
    }

    @Test
    void aProbeOfACheckThatWasKilledIsRemovedWhenItIsOldEnough() {
        S3Objects objects = new S3Objects(S3Server.settings(server.url(), prefix), Limits.USUAL);
        objects.create(prefix + "one/.probe-killed", new byte[1], soon());
        SnapshotStore store = store("one");
        assertEquals(List.of(), store.list(soon()));
        assertEquals(List.of(), store.removeUnfinished(soon()), "somebody may be at it");
        SnapshotStore later = RemoteStore.of(objects, prefix + "one/", Clock.offset(Clock.systemUTC(), Duration.ofHours(2)));
        assertEquals(List.of("probe-killed"), later.removeUnfinished(soon()));
        assertEquals(List.of(), later.removeUnfinished(soon()));
    }
}
